// gRPC-Web with grpc-web, the client of browsers, binary and as text, over an XMLHttpRequest for Node; and what a browser
// asks before it lets a page of another origin call.
import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import web from "grpc-web";
import xhr2 from "xhr2";
import { ModerationService, value } from "./descriptors.mjs";
import { Report, thrown } from "./report.mjs";
import * as service from "./service.mjs";

globalThis.XMLHttpRequest = xhr2;
const report = new Report("grpc-web");

function call(format, name, request, { base = service.HTTP, token } = {}) {
  const { input, output } = ModerationService.methods.find((method) => method.name === name);
  const path = `/${ModerationService.typeName}/${name}`;
  const encode = (message) => toBinary(input, message);
  const decode = (bytes) => fromBinary(output, bytes);
  const descriptor = new web.MethodDescriptor(path, web.MethodType.UNARY, Object, Object, encode, decode);
  const metadata = token ? { authorization: `Bearer ${token}` } : {};
  const client = new web.GrpcWebClientBase({ format });
  return client.unaryCall(base + path, create(input, request), metadata, descriptor);
}
const comment = (name) => ({ comment: { text: service.COMMENTS[name] ?? name } });
const toxicity = ({ verdict }) =>
  verdict.scores.civility.attributes.find(({ attribute }) => attribute === value("Attribute", "ATTRIBUTE_TOXICITY"))
    .probability;

for (const format of ["binary", "text"]) {
  await report.case(`ModerateComment, ${format}`, async () => {
    const abusive = await call(format, "ModerateComment", comment("abusive"));
    return service.checkScores(toxicity(abusive), toxicity(await call(format, "ModerateComment", comment("civil"))));
  });

  await report.case(`CheckDraft, ${format}`, async () => {
    const { counter, ready } = await call(format, "CheckDraft", comment("The deal is"));
    assert.deepEqual([counter, ready], ["11/50", false]);
  });

  await report.case(`errors, ${format}`, async () => {
    const error = await thrown(() => call(format, "ModerateComment", comment(service.OVERLONG)));
    assert.ok(error instanceof web.RpcError, String(error));
    assert.equal(error.code, web.StatusCode.INVALID_ARGUMENT);
    assert.match(error.message, /^comment\.text: /);
  });

  await report.case(`tokens, ${format}`, async () => {
    const guarded = { base: service.GUARDED_HTTP };
    assert.ok((await call(format, "ModerateComment", comment("civil"), { ...guarded, token: service.TOKEN })).verdict);
    for (const token of [undefined, service.WRONG_TOKEN]) {
      const error = await thrown(() => call(format, "ModerateComment", comment("civil"), { ...guarded, token }));
      assert.equal(error.code, web.StatusCode.UNAUTHENTICATED);
    }
  });
}

const path = `${service.HTTP}/${ModerationService.typeName}/CheckDraft`;
const wanted = ["authorization", "content-type", "grpc-timeout", "x-grpc-web", "x-user-agent"];
const preflight = (origin) =>
  fetch(path, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": wanted.join(","),
    },
  });
const list = (headers, name) => (headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/);

await report.case("CORS: a page of a known origin may call", async () => {
  const { ok, headers } = await preflight(service.ORIGIN);
  assert.ok(ok);
  assert.equal(headers.get("access-control-allow-origin"), service.ORIGIN);
  assert.ok(list(headers, "access-control-allow-methods").includes("post"));
  const allowed = list(headers, "access-control-allow-headers");
  assert.deepEqual(wanted.filter((name) => !allowed.includes(name)), []);
});

await report.case("CORS: a page of a known origin may read the status", async () => {
  const type = "application/grpc-web+proto";
  const { headers } = await fetch(path, {
    method: "POST", headers: { origin: service.ORIGIN, "content-type": type }, body: new Uint8Array(5),
  });
  assert.equal(headers.get("access-control-allow-origin"), service.ORIGIN);
  const exposed = list(headers, "access-control-expose-headers");
  assert.deepEqual(["grpc-status", "grpc-message"].filter((name) => !exposed.includes(name)), []);
});

await report.case("CORS: a page of another origin may not call", async () => {
  const { headers } = await preflight("https://elsewhere.example");
  assert.equal(headers.get("access-control-allow-origin"), null);
});
