// A service that is away or busy, and pages that it does not know.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { field, hasNoViolations, result, send, shows } from "../browser.mjs";
import { CIVIL } from "../comments.mjs";
import { freePort, Service } from "../servers.mjs";

const UNREACHABLE = "Your comment could not be sent";

/** The text is still there and can be sent. */
async function canSendAgain(page) {
  assert.equal(await field(page).inputValue(), CIVIL);
  await page.locator("#send:enabled").waitFor();
  assert.equal(await field(page).isEditable(), true);
}

export const failures = {
  "the service stops: a message, the text is kept; it comes back: the comment is published": async (stage) => {
    const { page, open, shot, service } = stage;
    await open();
    await shows(page.getByRole("status"), "0/50");
    await service.stop();
    try {
      await field(page).fill(CIVIL);
      await shows(page.getByRole("status"), "The counter is not available right now. You can still send your comment.");
      await page.locator("#send").click();
      await shows(page.locator("#result-title"), UNREACHABLE);
      await page.locator("#result:focus").waitFor();
      await canSendAgain(page);
      await hasNoViolations(page, "unreachable");
      await shot("unreachable.png");
    } finally {
      await service.start();
    }
    await page.locator("#send").click();
    await shows(page.locator("#comments li p"), CIVIL);
    await shows(page.getByRole("status"), "0/50");
  },

  "the service is busy: a message, the text is kept, the button comes back after the pause": async ({ page, origin, binary }) => {
    const small = new Service(binary, await freePort(), origin, "--max-in-flight", "1");
    await small.start();
    // A call whose body never comes holds the only place.
    const headers = { "content-type": "application/json", "content-length": 100, expect: "100-continue" };
    let greedy;
    try {
      await page.clock.install();
      await page.goto(`${origin}/?api=${small.address}`);
      await shows(page.getByRole("status"), "0/50");
      greedy = request(`${small.address}/v1/comments:moderate`, { method: "POST", headers }).on("error", () => {});
      await once(greedy, "continue");
      await field(page).fill(CIVIL);
      await page.clock.pauseAt(Date.now() + 60_000);
      const answered = page.waitForResponse((response) => response.url().endsWith(":moderate"));
      await page.locator("#send").click();
      assert.equal((await answered).status(), 429);
      await shows(page.locator("#result-title"), "Many comments are coming in right now");
      // The service asks for a pause of 0.1 s, which lasts as long as the test says.
      await page.clock.runFor(90);
      assert.equal(await page.locator("#send").isEnabled(), false);
      await page.clock.resume();
      await canSendAgain(page);
      greedy.destroy();
      await page.locator("#send").click();
      await shows(page.locator("#comments li p"), CIVIL);
    } finally {
      greedy?.destroy();
      await small.stop();
    }
  },

  "a comment above the limit of a call is refused, and kept": async ({ page, open }) => {
    await open();
    await send(page, "word ".repeat(5000), "This comment cannot be sent as it is");
    assert.equal((await field(page).inputValue()).length, 25_000);
    await shows(page.getByRole("status"), "This comment cannot be sent as it is");
  },

  "pages of another origin are refused": async ({ page, service, origin }) => {
    const stranger = origin.replace("127.0.0.1", "localhost");
    const refusals = [];
    page.on("console", (message) => refusals.push(message.text()));
    await page.goto(`${stranger}/?api=${service.address}`);
    await shows(page.getByRole("status"), "The counter is not available right now. You can still send your comment.");
    await send(page, CIVIL, UNREACHABLE);
    await canSendAgain(page);
    assert.equal(await result(page).locator("li").count(), 0);
    assert.ok(refusals.some((text) => text.includes("blocked by CORS policy")), refusals.join("\n"));
  },
};
