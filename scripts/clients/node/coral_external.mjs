// Coral's external moderation phase: its requests byte for byte, signed as it signs them, and its reading of the answers.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Report } from "./report.mjs";
import * as service from "./service.mjs";

const report = new Report("Coral, external phase", "9.11.8, replayed");
const [secret, nextSecret] = service.CORAL_SECRETS;
let slowest = 0;

const sign = (body, secrets) =>
  secrets.map((key) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`).join(",");

const request = (body, action = "NEW", parentID = null) => ({
  action,
  comment: { body, parentID },
  author: { id: "baf4e943-3594-4fcc-b2ba-3e8de7a76352", role: "COMMENTER" },
  story: { id: "245b3856-b0a0-4d2f-a6bb-58c71f18d6a6", url: "https://news.example/tram" },
  site: { id: "a4bede88-2d2c-4424-bc18-4322a9e285a6" },
  tenantID: "19ba5794-7eeb-4d46-a81b-c00c61672501",
  tenantDomain: "comments.news.example",
});

async function post(body, signature, query = "") {
  const headers = { "User-Agent": "Coral Moderation/9.11.8", "Content-Type": "application/json" };
  if (signature !== undefined) headers["X-Coral-Signature"] = signature;
  const began = performance.now();
  const url = `${service.HTTP}/coral/moderate${query}`;
  const response = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
  const text = await response.text();
  slowest = Math.max(slowest, performance.now() - began);
  return { status: response.status, text };
}

function send(data, { secrets = [secret], query } = {}) {
  const body = JSON.stringify(data, null, 2);
  return post(body, sign(body, secrets), query);
}
const sendHtml = (body) => send(request(body), { query: "?format=HTML" });

// What Coral's own schema lets through.
function read({ status, text }) {
  assert.equal(status, 200);
  const answer = JSON.parse(text);
  const known = ["NONE", "APPROVED", "REJECTED", "PREMOD", "SYSTEM_WITHHELD"];
  assert.ok(answer.status === undefined || known.includes(answer.status), answer.status);
  for (const { actionType, reason } of answer.actions ?? []) {
    assert.equal(actionType, "FLAG");
    assert.match(reason, /^COMMENT_DETECTED_(TOXIC|SPAM)$/);
  }
  return answer;
}

function checkWithheld(answered) {
  const { status, actions, moderationAction } = read(answered);
  if (status === "REJECTED") {
    assert.equal(moderationAction.status, "REJECTED");
    assert.ok(moderationAction.rejectionReason.code && moderationAction.rejectionReason.detailedExplanation);
  } else {
    assert.equal(status, "SYSTEM_WITHHELD");
    assert.deepEqual(actions, [{ actionType: "FLAG", reason: "COMMENT_DETECTED_TOXIC" }]);
  }
  return status;
}

const checkPassed = (answered) => assert.deepEqual(answered, { status: 204, text: "" });

// Coral has long been running when a comment comes.
await fetch(`${service.HTTP}/openapi.json`);

await report.case("civil comment, reply and edit: no opinion", async () => {
  checkPassed(await send(request(service.COMMENTS.civil)));
  checkPassed(await send(request(service.COMMENTS.civil, "NEW", "d79b787f-f406-49a0-a179-72e3652e54be")));
  checkPassed(await send(request(service.COMMENTS.civil, "EDIT")));
});

await report.case("abusive comment and edit", async () => {
  const status = checkWithheld(await send(request(service.COMMENTS.abusive)));
  checkWithheld(await send(request(service.COMMENTS.abusive, "EDIT")));
  return status;
});

await report.case("phase in HTML", async () => {
  const [html, text] = ["<div>Tom &amp; Anna&#39;s <b>report</b>.<br>", "Tom & Anna's report.\n"];
  checkPassed(await sendHtml(`${html}${service.COMMENTS.civil}</div>`));
  const withheld = await sendHtml(`${html}${service.COMMENTS.abusive}</div>`);
  checkWithheld(withheld);
  assert.deepEqual(withheld, await send(request(text + service.COMMENTS.abusive)));
  // Tags are no characters of the comment: too short is too short.
  const short = await sendHtml(`<div>${"<b></b>".repeat(20)}<a href="https://news.example">Nice</a>.</div>`);
  assert.deepEqual(short, await send(request("Nice.")));
  assert.equal(read(short).status, "REJECTED");
});

await report.case("policy that does not exist", async () => {
  const { status, text } = await send(request(service.COMMENTS.civil), { query: "?policy=nobody" });
  assert.deepEqual([status, JSON.parse(text).error.status], [404, "NOT_FOUND"]);
});

await report.case("two signatures while secrets are rotated", async () => {
  checkPassed(await send(request(service.COMMENTS.civil), { secrets: [secret, nextSecret] }));
  checkPassed(await send(request(service.COMMENTS.civil), { secrets: [nextSecret] }));
  checkPassed(await send(request(service.COMMENTS.civil), { secrets: ["a secret of the past", secret] }));
});

await report.case("wrong and missing signatures", async () => {
  const data = request(service.COMMENTS.civil);
  const body = JSON.stringify(data, null, 2);
  for (const signature of [undefined, "", "sha256=", sign(body, ["a secret of the past"]), sign(body, [secret]).slice(7)]) {
    assert.equal((await post(body, signature)).status, 401, signature);
  }
  // Another body, another spelling of the same body.
  assert.equal((await post(body.replace("NEW", "EDIT"), sign(body, [secret]))).status, 401);
  assert.equal((await post(JSON.stringify(data), sign(body, [secret]))).status, 401);
});

await report.case("overlong comment", async () => {
  const { status, text } = await send(request(service.OVERLONG));
  // An error would let it pass: Coral goes on without an answer.
  assert.deepEqual([status, JSON.parse(text)], [200, { status: "SYSTEM_WITHHELD" }]);
});

await report.case("soon enough for Coral's time-out of 200 ms", () => {
  assert.ok(slowest < 200, `${slowest.toFixed(0)} ms`);
  return `${slowest.toFixed(0)} ms at most`;
});
