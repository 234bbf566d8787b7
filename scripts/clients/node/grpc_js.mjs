// gRPC with @grpc/grpc-js and @grpc/proto-loader, which read proto/ as they start: unary, batch, stream, errors, tokens.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import { violatedFields } from "./descriptors.mjs";
import { Report, thrown } from "./report.mjs";
import * as service from "./service.mjs";

const report = new Report("@grpc/grpc-js");
const options = { includeDirs: [service.PROTO], enums: String, longs: String, defaults: true, oneofs: true };
const contract = grpc.loadPackageDefinition(loader.loadSync("comity/moderation/v1/service.proto", options));
const { ModerationService } = contract.comity.moderation.v1;

const connect = (address) => new ModerationService(address, grpc.credentials.createInsecure());
const api = connect(service.GRPC);
const unary = (client, name, request, metadata = new grpc.Metadata()) =>
  promisify(client[name]).call(client, request, metadata, { deadline: Date.now() + 10_000 });
const request = (name, requestId = "") => ({ comment: { text: service.COMMENTS[name] ?? name }, requestId });

function toxicity({ scores }) {
  const score = scores.civility.attributes.find(({ attribute }) => attribute === "ATTRIBUTE_TOXICITY");
  assert.equal(score.known, true);
  return score.probability;
}

await report.case("unary", async () => {
  const abusive = await unary(api, "moderateComment", request("abusive", "a"));
  const civil = await unary(api, "moderateComment", request("civil", "c"));
  assert.deepEqual([abusive.requestId, civil.requestId], ["a", "c"]);
  assert.equal(civil.verdict.decision, "DECISION_APPROVE");
  assert.match(abusive.verdict.decision, /^DECISION_(HOLD|REJECT)$/);
  assert.ok(abusive.verdict.reasons.some(({ code }) => code === "REASON_CODE_UNCIVIL"));
  return service.checkScores(toxicity(abusive.verdict), toxicity(civil.verdict));
});

await report.case("spans in UTF-16 units", async () => {
  const call = { ...request("two_sentences"), offsetUnit: "OFFSET_UNIT_UTF16" };
  const { verdict } = await unary(api, "moderateComment", call);
  const spans = verdict.reasons.find(({ code }) => code === "REASON_CODE_UNCIVIL").spans;
  const words = spans.map(({ begin, end }) => service.COMMENTS.two_sentences.slice(begin, end));
  assert.ok(words.includes("idiot"), words.join(", "));
});

await report.case("batch, with an error among verdicts", async () => {
  const requests = [request("abusive"), request(service.OVERLONG), request("civil")];
  const { results } = await unary(api, "batchModerateComments", { requests });
  assert.deepEqual(results.map(({ result }) => result), ["response", "error", "response"]);
  assert.equal(results[1].error.code, grpc.status.INVALID_ARGUMENT);
  return service.checkScores(toxicity(results[0].response.verdict), toxicity(results[2].response.verdict));
});

await report.case("stream, with an error among verdicts", async () => {
  const stream = api.streamModerateComments({ deadline: Date.now() + 10_000 });
  const answers = {};
  stream.on("data", (answer) => { answers[answer.requestId] = answer; });
  const end = once(stream, "end");
  for (const [text, id] of [["abusive", "a"], [service.OVERLONG, "x"], ["civil", "c"]]) {
    stream.write({ request: request(text, id) });
  }
  stream.end();
  await end;
  assert.deepEqual([answers.a.result, answers.x.result, answers.c.result], ["verdict", "error", "verdict"]);
  return service.checkScores(toxicity(answers.a.verdict), toxicity(answers.c.verdict));
});

await report.case("errors with details", async () => {
  const error = await thrown(() => unary(api, "moderateComment", request(service.OVERLONG)));
  assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
  assert.match(error.details, /^comment\.text: /);
  assert.deepEqual(violatedFields(error.metadata.get("grpc-status-details-bin")[0]), ["comment.text"]);
  const unknown = await thrown(() => unary(api, "getPolicy", { name: "nobody's" }));
  assert.equal(unknown.code, grpc.status.NOT_FOUND);
});

await report.case("tokens", async () => {
  const guarded = connect(service.GUARDED_GRPC);
  const bearer = (token) => grpc.Metadata.fromHttp2Headers({ authorization: `Bearer ${token}` });
  const { verdict } = await unary(guarded, "moderateComment", request("civil"), bearer(service.TOKEN));
  assert.equal(verdict.decision, "DECISION_APPROVE");
  for (const metadata of [new grpc.Metadata(), bearer(service.WRONG_TOKEN)]) {
    const error = await thrown(() => unary(guarded, "moderateComment", request("civil"), metadata));
    assert.equal(error.code, grpc.status.UNAUTHENTICATED);
  }
  guarded.close();
});

await report.case("examples/clients/node", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [process.env.COMITY_NODE_EXAMPLE, service.GRPC]);
  for (const line of ["1: publish", "2: give back: Please keep it respectful", "3: give back: "]) {
    assert.equal(stdout.split(line).length - 1, 3, stdout);
  }
  assert.match(stdout, /^INVALID_ARGUMENT: comment\.text: /m);
});
api.close();
