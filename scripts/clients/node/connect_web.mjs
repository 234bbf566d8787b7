// gRPC-Web over HTTP/1.1 with Connect's client for Node.
import assert from "node:assert/strict";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { BadRequest, ModerationService, value } from "./descriptors.mjs";
import { Report, thrown } from "./report.mjs";
import * as service from "./service.mjs";

const report = new Report("@connectrpc/connect-node");
const connect = (baseUrl) => createClient(ModerationService, createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }));
const api = connect(service.HTTP);
const comment = (name) => ({ comment: { text: service.COMMENTS[name] ?? name } });
const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });

function toxicity({ scores }) {
  const wanted = value("Attribute", "ATTRIBUTE_TOXICITY");
  return scores.civility.attributes.find(({ attribute }) => attribute === wanted).probability;
}

await report.case("ModerateComment", async () => {
  const abusive = await api.moderateComment({ ...comment("abusive"), requestId: "a" });
  const civil = await api.moderateComment(comment("civil"));
  assert.equal(abusive.requestId, "a");
  assert.equal(civil.verdict.decision, value("Decision", "DECISION_APPROVE"));
  assert.ok(abusive.verdict.reasons.some(({ code }) => code === value("ReasonCode", "REASON_CODE_UNCIVIL")));
  return service.checkScores(toxicity(abusive.verdict), toxicity(civil.verdict));
});

await report.case("CheckDraft", async () => {
  const { counter, remaining, ready } = await api.checkDraft(comment("The deal is"));
  assert.deepEqual([counter, remaining, ready], ["11/50", 39, false]);
});

await report.case("BatchModerateComments", async () => {
  const { results } = await api.batchModerateComments({ requests: [comment("abusive"), comment(service.OVERLONG)] });
  assert.deepEqual(results.map(({ result }) => result.case), ["response", "error"]);
  assert.equal(results[1].result.value.code, Code.InvalidArgument);
});

await report.case("errors with details", async () => {
  const error = await thrown(() => api.moderateComment(comment(service.OVERLONG)));
  assert.ok(error instanceof ConnectError, String(error));
  assert.equal(error.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /^comment\.text: /);
  assert.deepEqual(error.findDetails(BadRequest)[0].fieldViolations.map(({ field }) => field), ["comment.text"]);
  const unknown = await thrown(() => api.getPolicy({ name: "nobody's" }));
  assert.equal(unknown.code, Code.NotFound);
});

await report.case("tokens", async () => {
  const guarded = connect(service.GUARDED_HTTP);
  assert.ok((await guarded.moderateComment(comment("civil"), bearer(service.TOKEN))).verdict);
  for (const call of [{}, bearer(service.WRONG_TOKEN)]) {
    const error = await thrown(() => guarded.moderateComment(comment("civil"), call));
    assert.equal(error.code, Code.Unauthenticated);
  }
});
