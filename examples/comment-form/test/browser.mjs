// The browser, and what the cases look for in the page.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.BROWSER_TOOLS, "package.json"));
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core");

/** No sandbox, as containers have none, and no calls of the browser's own to anywhere. */
const FLAGS = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"];
const MORE_FLAGS = ["disable-component-update", "disable-sync"];

export function openBrowser() {
  const args = [...FLAGS, ...MORE_FLAGS].map((flag) => `--${flag}`);
  return chromium.launch({ executablePath: process.env.CHROMIUM, args });
}

export const field = (page) => page.getByRole("textbox");
export const result = (page) => page.locator("#result");

/** Waits until something shows exactly this text. */
export async function shows(locator, text) {
  const exactly = new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}\\s*$`);
  await locator.filter({ hasText: exactly }).waitFor();
}

/** Writes a comment, sends it, and waits for the heading of the answer. */
export async function send(page, comment, heading) {
  await field(page).fill(comment);
  await page.locator("#send").click();
  await shows(page.locator("#result-title"), heading);
}

/** The marked words of the answer; the whole comment must stand around them. */
export async function markedWords(page, comment) {
  assert.equal(await page.locator("#result-comment").textContent(), comment);
  return page.locator("#result-comment mark").allTextContents();
}

/** Fails when axe finds anything. */
export async function hasNoViolations(page, state) {
  await page.addScriptTag({ path: AXE });
  const { violations, passes } = await page.evaluate(() => axe.run());
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], state);
  assert.ok(passes.some((rule) => rule.id === "color-contrast"), `axe looked at the page: ${state}`);
}
