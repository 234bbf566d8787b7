// The counter, and what stands in the way of a draft.

import assert from "node:assert/strict";
import { field, shows } from "../browser.mjs";

const SENTENCE = "The night bus is what lets my mother keep her evening job at the hospital.";
const counterOf = (page) => page.getByRole("status");
const isDraft = (request) => request.url().endsWith(":checkDraft") && request.method() === "POST";

export const counter = {
  "the counter of an empty form is 0/50, and nothing is complained about": async ({ page, open }) => {
    await open();
    await shows(counterOf(page), "0/50");
    assert.equal(await page.locator("#reasons").isVisible(), false);
  },

  "at 49 characters the reason stands there, at 50 it is gone": async ({ page, open }) => {
    await open();
    await field(page).fill(SENTENCE.slice(0, 49));
    await shows(counterOf(page), "49/50");
    await shows(page.locator("#reasons"), "Please write at least 50 characters. There are 49 so far.");
    await field(page).fill(SENTENCE.slice(0, 50));
    await shows(counterOf(page), "50/50");
    await page.locator("#reasons").waitFor({ state: "hidden" });
  },

  "the draft is checked when typing pauses, not at every key": async ({ page, open }) => {
    await open();
    await shows(counterOf(page), "0/50");
    let checks = 0;
    page.on("request", (request) => (checks += isDraft(request)));
    await field(page).pressSequentially(SENTENCE);
    await shows(counterOf(page), `${SENTENCE.length}/50`);
    assert.ok(checks >= 1 && checks < SENTENCE.length / 2, `${checks} checks for ${SENTENCE.length} keys`);
  },

  "a late answer to an older draft does not overwrite the counter": async ({ page, open }) => {
    await open();
    await shows(counterOf(page), "0/50");
    // The answer to "late" is kept back until the answer to the newer draft is there.
    let letGo;
    const newerIsShown = new Promise((resolve) => (letGo = resolve));
    await page.route("**/v1/comments:checkDraft", async (route) => {
      if (route.request().postDataJSON()?.comment.text !== "late") return route.continue();
      const response = await route.fetch();
      await newerIsShown;
      await route.fulfill({ response }).catch(() => {});
    });
    const older = page.waitForRequest((request) => isDraft(request) && request.postData().includes("late"));
    await field(page).fill("late");
    const olderFailed = page.waitForEvent("requestfailed", isDraft);
    await older;
    await field(page).fill("later than late");
    await shows(counterOf(page), "15/50");
    letGo();
    assert.equal((await olderFailed).failure().errorText, "net::ERR_ABORTED");
    await page.unrouteAll({ behavior: "wait" });
    await shows(counterOf(page), "15/50");
  },
};
