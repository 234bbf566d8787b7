// What assistive technology is told.

import assert from "node:assert/strict";
import { field, hasNoViolations, send, shows } from "../browser.mjs";
import { CIVIL, RUDE, VILE } from "../comments.mjs";

export const accessibility = {
  "everything has a name and a role": async ({ page, open }) => {
    await open();
    await page.getByLabel("Your comment", { exact: true }).waitFor();
    assert.equal(await field(page).getAttribute("aria-required"), "true");
    await page.getByRole("textbox", { name: "Your comment", exact: true }).waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).waitFor();
    await page.getByRole("article").waitFor();
    await page.getByRole("region", { name: "Comments", exact: true }).waitFor();
    await page.getByRole("region", { name: "Write a comment", exact: true }).waitFor();
    await page.getByRole("navigation").waitFor();
    await send(page, RUDE, "A person will look at your comment");
    await page.getByRole("region", { name: "A person will look at your comment", exact: true }).waitFor();
    await page.getByRole("button", { name: "Reword it", exact: true }).waitFor();
    assert.equal(await page.getByRole("mark").first().isVisible(), true);
  },

  "the field is described by rules, counter and reasons": async ({ page, open }) => {
    const tree = await page.context().newCDPSession(page);
    const description = async () => {
      const { nodes } = await tree.send("Accessibility.getFullAXTree");
      return nodes.find(({ role, name }) => role?.value === "textbox" && name.value === "Your comment").description.value;
    };
    await open();
    await shows(page.getByRole("status"), "0/50");
    assert.match(await description(), /^Please be polite .* 0\/50$/);
    await field(page).fill("Too short.");
    await shows(page.getByRole("status"), "10/50");
    assert.match(await description(), /^Please be polite .* 10\/50 Please write at least 50 characters/);
  },

  "axe finds nothing in any state, light and dark": async ({ page, open }) => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await open();
      await field(page).fill("Too short.");
      await page.locator("#reasons li").waitFor();
      await hasNoViolations(page, `${colorScheme}, draft`);
      await send(page, CIVIL, "Your comment is published");
      await hasNoViolations(page, `${colorScheme}, approved`);
      await send(page, RUDE, "A person will look at your comment");
      await hasNoViolations(page, `${colorScheme}, held`);
      await send(page, VILE, "Your comment was not published");
      await hasNoViolations(page, `${colorScheme}, rejected`);
      await page.getByRole("button", { name: "한국어" }).click();
      await hasNoViolations(page, `${colorScheme}, Korean`);
    }
  },
};
