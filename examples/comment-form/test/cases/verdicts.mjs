// What becomes of a comment.

import assert from "node:assert/strict";
import { field, markedWords, result, send, shows } from "../browser.mjs";
import { CIVIL, RUDE, VILE } from "../comments.mjs";

const HELD = "A person will look at your comment";
const REJECTED = "Your comment was not published";
const APPROVED = "Your comment is published";

export const verdicts = {
  "a civil comment is published under the article": async ({ page, open, shot }) => {
    await open();
    await send(page, CIVIL, APPROVED);
    await shows(page.locator("#comments li p"), CIVIL);
    assert.equal(await page.getByText("No comments yet.").isVisible(), false);
    assert.equal(await field(page).inputValue(), "");
    await shows(page.getByRole("status"), "0/50");
    await shot("approved.png");
  },

  "a rude comment is held, its words are marked": async ({ page, open, shot }) => {
    await open();
    await send(page, RUDE, HELD);
    const words = await markedWords(page, RUDE);
    assert.ok(words.includes("idiots"), words.join());
    assert.ok(!words.join().includes("money"), words.join());
    assert.match(await page.locator("#result-reasons").textContent(), /respectful/);
    assert.equal(await page.locator("#comments li").count(), 0);
    assert.equal(await field(page).inputValue(), "");
    await shot("held.png");
  },

  "a held comment comes back to be reworded, and is then published": async ({ page, open }) => {
    await open();
    await send(page, RUDE, HELD);
    await page.getByRole("button", { name: "Reword it" }).click();
    assert.equal(await field(page).inputValue(), RUDE);
    await page.locator("#text:focus").waitFor();
    await send(page, CIVIL, APPROVED);
    assert.equal(await page.getByRole("button", { name: "Reword it" }).isVisible(), false);
    assert.equal(await page.locator("#result mark").count(), 0);
  },

  "a rejected comment stays in the form, with what is wrong": async ({ page, open, shot }) => {
    await open();
    await send(page, VILE, REJECTED);
    assert.ok((await markedWords(page, VILE)).includes("stupid"));
    assert.equal(await field(page).inputValue(), VILE);
    assert.equal(await field(page).getAttribute("aria-invalid"), "true");
    assert.match(await field(page).getAttribute("aria-describedby"), /result-reasons/);
    await shows(page.getByRole("status"), `${VILE.length}/50`);
    await shot("rejected.png");
    await field(page).press("End");
    await field(page).press("Backspace");
    assert.equal(await field(page).getAttribute("aria-invalid"), "false");
  },

  "a comment that is too short is rejected, with nothing marked": async ({ page, open }) => {
    await open();
    await send(page, "Too short.", REJECTED);
    await shows(page.locator("#result-reasons"), "Please write at least 50 characters. There are 10 so far.");
    assert.equal(await page.locator("#result-words").isVisible(), false);
    assert.equal(await field(page).inputValue(), "Too short.");
  },

  "words are marked in the right place after emoji": async ({ page, open }) => {
    await open();
    const comment = `👩‍👩‍👧‍👦 𝄞 🇰🇷 ${RUDE}`;
    await send(page, comment, HELD);
    assert.ok((await markedWords(page, comment)).includes("idiots"));
  },

  "markup stays the text that was typed": async ({ page, open }) => {
    await open();
    const markup = '<img src="x" onerror="window.injected = 1"><script>window.injected = 1</script>';
    await send(page, `${CIVIL} ${markup}`, APPROVED);
    await shows(page.locator("#comments li p"), `${CIVIL} ${markup}`);
    await field(page).fill(`${RUDE} ${markup}`);
    await page.locator("#send").click();
    await result(page).locator("mark").first().waitFor();
    await markedWords(page, `${RUDE} ${markup}`);
    assert.equal(await page.locator("img, #comments script, #result script").count(), 0);
    assert.equal(await page.evaluate(() => window.injected), undefined);
  },

  "the headline on the page goes along, and spans are asked for in UTF-16": async ({ page, open }) => {
    await open();
    const sent = page.waitForRequest((request) => request.url().endsWith(":moderate") && request.method() === "POST");
    await send(page, CIVIL, APPROVED);
    const call = (await sent).postDataJSON();
    assert.equal(call.article.headline, "City council keeps the night bus for another year");
    assert.equal(call.offsetUnit, "OFFSET_UNIT_UTF16");
  },
};
