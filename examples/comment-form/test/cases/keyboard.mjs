// The form without a mouse.

import assert from "node:assert/strict";
import { field } from "../browser.mjs";
import { KOREAN_CIVIL, RUDE } from "../comments.mjs";

export const keyboard = {
  "keys alone: Tab to the form, type, Ctrl + Enter, focus on the answer, Tab to rewording": async ({ page, open }) => {
    await open();
    for (const name of ["English", "한국어"]) {
      await page.keyboard.press("Tab");
      assert.equal(await page.locator(":focus").textContent(), name);
    }
    await page.keyboard.press("Tab");
    await page.keyboard.type(RUDE);
    assert.equal(await field(page).inputValue(), RUDE);
    await page.keyboard.press("Control+Enter");
    await page.locator("#result:focus").waitFor();
    assert.match(await page.locator(":focus").innerText(), /^A person will look at your comment/);
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").textContent(), "Reword it");
    await page.keyboard.press("Enter");
    await page.locator("#text:focus").waitFor();
    assert.equal(await field(page).inputValue(), RUDE);
  },

  "Enter alone begins a new line": async ({ page, open }) => {
    await open();
    await field(page).pressSequentially("One");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Two");
    assert.equal(await field(page).inputValue(), "One\nTwo");
    assert.equal(await page.locator("#result").isVisible(), false);
  },

  "the button is reached by Tab and sends by Space": async ({ page, open }) => {
    await open();
    await field(page).fill(RUDE);
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").textContent(), "Send");
    await page.keyboard.press("Space");
    await page.locator("#result:focus").waitFor();
  },

  "the last syllable of a Korean input method is sent once and does not come back": async ({ page, open }) => {
    await open("lang=ko");
    const begun = KOREAN_CIVIL.slice(0, -2);
    await field(page).fill(begun);
    await field(page).press("End");
    const keys = await page.context().newCDPSession(page);
    await keys.send("Input.imeSetComposition", { text: "다", selectionStart: 1, selectionEnd: 1 });
    await page.keyboard.press("Control+Enter");
    await page.locator("#comments li p").waitFor();
    assert.equal(await page.locator("#comments li p").textContent(), `${begun}다`);
    assert.equal(await field(page).inputValue(), "");
  },
};
