// Small screens and dark rooms.

import assert from "node:assert/strict";
import { field, send, shows } from "../browser.mjs";
import { RUDE } from "../comments.mjs";

export const looks = {
  "360 pixels are wide enough, even for a word without an end": async ({ page, open, shot }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open();
    await field(page).fill("Too short.");
    await page.locator("#reasons li").waitFor();
    await send(page, RUDE, "A person will look at your comment");
    await shot("held-360.png");
    const endless = `${RUDE} ${"w".repeat(200)}`;
    await field(page).fill(endless);
    await page.locator("#send").click();
    await shows(page.locator("#result-comment"), endless);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    const { height } = await page.locator("#send").boundingBox();
    assert.ok(height >= 44, `the button is ${height} pixels high`);
    await page.getByRole("button", { name: "한국어" }).click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  },

  "a dark page for readers who want one": async ({ page, open, shot }) => {
    const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await open();
    assert.equal(await colour(), "rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    assert.notEqual(await colour(), "rgb(255, 255, 255)");
    await send(page, RUDE, "A person will look at your comment");
    await shot("held-dark.png");
  },
};
