// Coral's toxic comment filter and its feedback, with the custom endpoint: its requests as it writes them, its reading of
// the answers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Report, thrown } from "./report.mjs";
import * as service from "./service.mjs";

const report = new Report("Coral, toxic comments", "9.11.8, replayed");
const THRESHOLD = 0.8;
const STORY = "https://news.example/tram?commentID=7";

async function send(operation, body, { endpoint = `${service.HTTP}/v1alpha1`, key = "any-key" } = {}) {
  const url = new URL(endpoint.trim());
  url.pathname = path.join(url.pathname, `/comments:${operation}`);
  url.searchParams.set("key", key.trim());
  const headers = { "User-Agent": "Coral Perspective/9.11.8", "Content-Type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), redirect: "manual" });
}

const analysis = (text, language = "en", model = "TOXICITY", doNotStore = true) => ({
  comment: { text },
  doNotStore,
  requestedAttributes: { [model]: {} },
  languages: [language],
});

// The score as Coral reads it. It skips the phase when this throws.
async function score(text, { model = "TOXICITY", language, doNotStore, ...options } = {}) {
  const response = await send("analyze", analysis(text, language, model, doNotStore), options);
  const data = response.ok ? await response.json() : null;
  const { value } = data.attributeScores[model].summaryScore;
  assert.ok(0 <= value && value <= 1, `${value} is no score`);
  return value;
}
const toxic = async (text, options) => (await score(text, options)) > THRESHOLD;

const feedback = (text, value, parent) => ({
  comment: { text },
  context: {
    entries: [
      {
        text: JSON.stringify({ url: STORY, reply_to_id_Coral_comment_id: parent, Coral_comment_id: "7" }),
      },
    ],
  },
  attributeScores: { TOXICITY: { summaryScore: { value } } },
  languages: ["en"],
  communityId: "Coral:https://comments.news.example",
  clientToken: "comment:7",
});

async function checkRefused(response, message) {
  const { error } = await response.json();
  assert.deepEqual([response.status, error.message], [400, message]);
  assert.ok(error.details.length > 0);
}

await report.case("withholds an abusive comment, passes a civil one", async () => {
  assert.equal(await toxic(service.COMMENTS.abusive), true);
  assert.equal(await toxic(service.COMMENTS.civil), false);
});

await report.case("endpoint with a slash at its end, or a prefix", async () => {
  for (const end of ["/v1alpha1/", "/moderation/v1alpha1"]) {
    assert.equal(await toxic(service.COMMENTS.abusive, { endpoint: service.HTTP + end }), true);
  }
});

await report.case("another model, comments that may be stored", async () => {
  assert.equal(await toxic(service.COMMENTS.civil, { model: "SEVERE_TOXICITY", doNotStore: false }), false);
});

await report.case("Korean site: its language goes as English", async () => {
  assert.ok((await score(service.COMMENTS.korean, { language: "en" })) > 0.5);
});

await report.case("language without a model: the filter is skipped", async () => {
  const response = await send("analyze", analysis(service.COMMENTS.german, "de"));
  await checkRefused(response, "Attribute TOXICITY does not support request languages: de");
  assert.ok((await thrown(() => toxic(service.COMMENTS.german, { language: "de" }))) instanceof TypeError);
});

await report.case("unknown model", async () => {
  const response = await send("analyze", analysis(service.COMMENTS.civil, "en", "SPAM"));
  await checkRefused(response, "Unknown requested attribute: SPAM");
});

await report.case("empty and overlong comments", async () => {
  await checkRefused(await send("analyze", analysis("")), "Comment must be non-empty.");
  await checkRefused(await send("analyze", analysis(service.OVERLONG)), "Comment text too long.");
});

await report.case("feedback of moderators", async () => {
  for (const [name, value, parent] of [["civil", 0, undefined], ["abusive", 1, "6"]]) {
    const response = await send("suggestscore", feedback(service.COMMENTS[name], value, parent));
    assert.equal(response.status, 200);
    assert.equal((await response.json()).clientToken, "comment:7");
  }
  const lines = readFileSync(service.FEEDBACK, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const kept = lines.filter(({ communityId }) => communityId === "Coral:https://comments.news.example");
  assert.deepEqual(kept.map(({ attributeScores }) => attributeScores.TOXICITY.summaryScore.value), [0, 1]);
  assert.ok(!JSON.stringify(kept).includes(service.COMMENTS.abusive), "the text was kept unasked");
});

await report.case("keys", async () => {
  const guarded = { endpoint: `${service.GUARDED_HTTP}/v1alpha1` };
  assert.equal(await toxic(service.COMMENTS.abusive, { ...guarded, key: service.TOKEN }), true);
  for (const [operation, body] of [["analyze", analysis("Hello")], ["suggestscore", feedback("Hello", 0)]]) {
    const response = await send(operation, body, { ...guarded, key: service.WRONG_TOKEN });
    await checkRefused(response, "API key not valid. Please pass a valid API key.");
  }
});
