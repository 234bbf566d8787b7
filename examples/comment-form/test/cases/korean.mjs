// The page and comments in Korean.

import assert from "node:assert/strict";
import { field, markedWords, result, send, shows } from "../browser.mjs";
import { KOREAN_CIVIL, KOREAN_VILE } from "../comments.mjs";

export const korean = {
  "the switch turns the whole page to Korean and back": async ({ page, open }) => {
    await open();
    await page.getByRole("button", { name: "한국어" }).click();
    assert.equal(await page.locator("html").getAttribute("lang"), "ko");
    await page.getByRole("textbox", { name: "댓글 내용", exact: true }).waitFor();
    await page.getByRole("heading", { level: 1, name: "시의회, 심야 버스 일 년 더 운행하기로" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "한국어" }).getAttribute("aria-pressed"), "true");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("textbox", { name: "Your comment", exact: true }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
  },

  "the counter counts Hangul as a reader does, composed or not": async ({ page, open }) => {
    await open("lang=ko");
    const draft = KOREAN_CIVIL.slice(0, 49);
    await field(page).fill(draft);
    await shows(page.getByRole("status"), "49/50");
    await shows(page.locator("#reasons"), "50자 이상 입력해 주세요. 현재 49자입니다.");
    await field(page).fill("");
    await shows(page.getByRole("status"), "0/50");
    await field(page).fill(draft.normalize("NFD"));
    await shows(page.getByRole("status"), "49/50");
  },

  "a rude comment is not published, its words are marked, all in Korean": async ({ page, open, shot }) => {
    await open("lang=ko");
    await send(page, KOREAN_VILE, "댓글이 게시되지 않았습니다");
    const words = await markedWords(page, KOREAN_VILE);
    assert.ok(words.includes("멍청한"), words.join());
    assert.ok(!words.join().includes("버스"), words.join());
    const message = page.locator("#result-reasons li").first();
    await shows(message, "서로 존중해 주세요. 무례하게 들릴 수 있는 표현이 있습니다.");
    assert.equal(await message.getAttribute("lang"), "ko");
    assert.doesNotMatch(await result(page).innerText(), /[a-z]/i);
    await shot("korean-rejected.png");
  },

  "a civil comment is published, under the Korean headline": async ({ page, open, shot }) => {
    await open("lang=ko");
    const sent = page.waitForRequest((request) => request.url().endsWith(":moderate") && request.method() === "POST");
    await send(page, KOREAN_CIVIL, "댓글이 게시되었습니다");
    await shows(page.locator("#comments li p"), KOREAN_CIVIL);
    assert.match((await sent).postDataJSON().article.headline, /심야 버스/);
    await shot("korean-approved.png");
  },
};
