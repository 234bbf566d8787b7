// perspective-api-client, whose requests are moved by an interceptor on the axios that it uses.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Report, thrown } from "./report.mjs";
import * as service from "./service.mjs";

const require = createRequire(import.meta.url);
const Perspective = require("perspective-api-client");
const axios = createRequire(require.resolve("perspective-api-client"))("axios");
let base = service.HTTP;
axios.interceptors.request.use((config) => {
  config.url = config.url.replace("https://commentanalyzer.googleapis.com", base);
  return config;
});

const report = new Report("perspective-api-client");
const api = new Perspective({ apiKey: "any-key" });
const toxicity = async (name) => (await api.analyze(service.COMMENTS[name])).attributeScores.TOXICITY.summaryScore.value;

function checkRefused(error, message) {
  assert.ok(error instanceof Perspective.ResponseError, `${error.name}: ${error.message}`);
  assert.deepEqual([error.response.status, error.message], [400, message]);
  return error.response.data.error.details[0];
}

await report.case("scores", async () => service.checkScores(await toxicity("abusive"), await toxicity("civil")));

await report.case("spans, several attributes, HTML stripped", async () => {
  const html = `<p>${service.COMMENTS.abusive}</p>`;
  const { attributeScores } = await api.analyze(html, { attributes: ["toxicity", "insult", "threat"] });
  assert.deepEqual(Object.keys(attributeScores).sort(), ["INSULT", "THREAT", "TOXICITY"]);
  for (const { spanScores } of Object.values(attributeScores)) {
    assert.equal(spanScores.at(-1).end, service.COMMENTS.abusive.length);
  }
});

await report.case("unknown attribute", async () => {
  const error = await thrown(() => api.analyze(service.COMMENTS.civil, { attributes: ["toxicity", "unsubstantial"] }));
  checkRefused(error, "Unknown requested attribute: UNSUBSTANTIAL");
});

await report.case("language without the attribute", async () => {
  const resource = { comment: { text: service.COMMENTS.german }, languages: ["de"] };
  const error = await thrown(() => api.analyze(resource, { attributes: ["INSULT"] }));
  const detail = checkRefused(error, "Attribute INSULT does not support request languages: de");
  assert.equal(detail.languageNotSupportedByAttributeError.attribute, "INSULT");
});

await report.case("empty comment, checked by the client", async () => {
  base = service.NOWHERE;
  const error = await thrown(() => api.analyze("<p></p>"));
  assert.ok(error instanceof Perspective.TextEmptyError, `${error.name}: ${error.message}`);
  assert.equal(error.message, "text must not be empty");
  return "refused by the client";
});

await report.case("empty comment", async () => {
  base = service.HTTP;
  const error = await thrown(() => api.analyze("", { validate: false }));
  assert.equal(checkRefused(error, "Comment must be non-empty.").errorType, "COMMENT_EMPTY");
});

await report.case("overlong comment, checked by the client", async () => {
  base = service.NOWHERE;
  const error = await thrown(() => api.analyze(service.OVERLONG));
  assert.ok(error instanceof Perspective.TextTooLongError, `${error.name}: ${error.message}`);
  assert.equal(error.message, "text must not be greater than 20480 characters in length");
  return "refused by the client";
});

await report.case("overlong comment", async () => {
  base = service.HTTP;
  const error = await thrown(() => api.analyze(service.OVERLONG, { validate: false }));
  assert.equal(checkRefused(error, "Comment text too long.").errorType, "COMMENT_TOO_LONG");
  assert.ok((await api.analyze(service.OVERLONG, { truncate: true })).attributeScores.TOXICITY);
});

await report.case("keys", async () => {
  base = service.GUARDED_HTTP;
  const { attributeScores } = await new Perspective({ apiKey: service.TOKEN }).analyze(service.COMMENTS.civil);
  assert.ok(attributeScores.TOXICITY.summaryScore.value < 0.5);
  const error = await thrown(() => new Perspective({ apiKey: service.WRONG_TOKEN }).analyze(service.COMMENTS.civil));
  const detail = checkRefused(error, "API key not valid. Please pass a valid API key.");
  assert.equal(detail.reason, "API_KEY_INVALID");
});
