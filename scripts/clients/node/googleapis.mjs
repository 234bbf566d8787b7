// googleapis, which builds itself from the discovery document that the service gives.
import assert from "node:assert/strict";
import { google } from "googleapis";
import { Report, thrown } from "./report.mjs";
import * as service from "./service.mjs";

const report = new Report("googleapis");
const discover = (base) => google.discoverAPI(`${base}/$discovery/rest?version=v1alpha1`);
const open = await discover(service.HTTP);

async function analyze(text, attributes = ["TOXICITY"], more = {}) {
  const requestedAttributes = Object.fromEntries(attributes.map((name) => [name, {}]));
  const resource = { comment: { text }, requestedAttributes, ...more };
  return (await open.comments.analyze({ key: "any-key", resource })).data;
}
const toxicity = async (name) => (await analyze(service.COMMENTS[name])).attributeScores.TOXICITY.summaryScore.value;

function checkRefused(error, message, errorType) {
  assert.equal(error.constructor.name, "GaxiosError");
  assert.deepEqual([error.status, error.message], [400, message]);
  const [detail] = error.response.data.error.details;
  assert.equal(detail.errorType, errorType);
  return detail;
}

await report.case("scores", async () => service.checkScores(await toxicity("abusive"), await toxicity("civil")));

await report.case("spans in UTF-16 units", async () => {
  const text = service.COMMENTS.two_sentences;
  const answer = await analyze(text, ["TOXICITY"], { spanAnnotations: true, clientToken: "comment:9" });
  const spans = answer.attributeScores.TOXICITY.spanScores;
  const worst = spans.reduce((a, b) => (a.score.value >= b.score.value ? a : b));
  assert.equal(text.slice(worst.begin, worst.end).trim(), "You are a stupid idiot and a liar.");
  assert.deepEqual([spans.at(-1).end, answer.clientToken], [text.length, "comment:9"]);
});

await report.case("suggestscore", async () => {
  const attributeScores = { TOXICITY: { summaryScore: { value: 0 } } };
  const resource = { comment: { text: service.COMMENTS.civil }, attributeScores, clientToken: "comment:10" };
  const { data } = await open.comments.suggestscore({ key: "any-key", resource });
  assert.equal(data.clientToken, "comment:10");
});

await report.case("unknown attribute", async () => {
  const error = await thrown(() => analyze(service.COMMENTS.civil, ["TOXICITY", "SPAM"]));
  checkRefused(error, "Unknown requested attribute: SPAM", "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE");
});

await report.case("language without the attribute", async () => {
  const error = await thrown(() => analyze(service.COMMENTS.korean, ["TOXICITY", "COMITY_OFF_TOPIC"], { languages: ["ko"] }));
  const message = "Attribute COMITY_OFF_TOPIC does not support request languages: ko";
  const detail = checkRefused(error, message, "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE");
  assert.equal(detail.languageNotSupportedByAttributeError.attribute, "COMITY_OFF_TOPIC");
});

await report.case("empty comment", async () => {
  checkRefused(await thrown(() => analyze("")), "Comment must be non-empty.", "COMMENT_EMPTY");
});

await report.case("overlong comment", async () => {
  checkRefused(await thrown(() => analyze(service.OVERLONG)), "Comment text too long.", "COMMENT_TOO_LONG");
});

await report.case("keys", async () => {
  const guarded = await discover(`${service.GUARDED_HTTP}`);
  const resource = { comment: { text: service.COMMENTS.civil }, requestedAttributes: { TOXICITY: {} } };
  const { data } = await guarded.comments.analyze({ key: service.TOKEN, resource });
  assert.ok(data.attributeScores.TOXICITY.summaryScore.value < 0.5);
  const error = await thrown(() => guarded.comments.analyze({ key: service.WRONG_TOKEN, resource }));
  const detail = checkRefused(error, "API key not valid. Please pass a valid API key.", undefined);
  assert.equal(detail.reason, "API_KEY_INVALID");
  const denied = await thrown(() => guarded.comments.analyze({ resource }));
  assert.deepEqual([denied.status, denied.response.data.error.status], [403, "PERMISSION_DENIED"]);
});
