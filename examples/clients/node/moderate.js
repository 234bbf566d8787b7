// Asks comity about readers' comments, as a CMS would: one at a time, many at once, in a stream; and what can go wrong.
//
//     npm install
//     node moderate.js 127.0.0.1:50051
//
// Where the service asks for a token: COMITY_TOKEN=... node moderate.js 127.0.0.1:50051
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

// Long enough for a busy server, short enough for a reader who waits.
const DEADLINE_MS = 2_000;
const article = { id: "tram", headline: "Council approves new tram line to the harbour" };
const comments = [
  ["1", "Thank you for the report. How does the council plan to pay for the tram line to the harbour?"],
  ["2", "Shut up, you stupid moron. Nobody wants to read the garbage that an idiot like you writes."],
  ["3", "Nice."],
];

// Offsets of spans in UTF-16 units fit JavaScript's strings.
const request = ([id, text]) => ({ requestId: id, comment: { id, text }, article, offsetUnit: "OFFSET_UNIT_UTF16" });

// What a CMS does with a verdict: publish, put in the moderators' queue, or give back to the author.
function tell(id, { decision, reasons }) {
  if (decision === "DECISION_APPROVE") {
    console.log(`${id}: publish`);
  } else if (decision === "DECISION_REJECT") {
    // These messages are made for the author.
    console.log(`${id}: give back:`, ...reasons.map(({ authorMessage }) => authorMessage));
  } else {
    console.log(`${id}: let a person look:`, ...reasons.map(({ moderatorDetail }) => `${moderatorDetail};`));
  }
}

const proto = fileURLToPath(new URL("../../../proto", import.meta.url));
const options = { includeDirs: [proto], enums: String, longs: String, defaults: true, oneofs: true };
const contract = grpc.loadPackageDefinition(loader.loadSync("comity/moderation/v1/service.proto", options));
const { ModerationService } = contract.comity.moderation.v1;

// For another machine: grpc.credentials.createSsl(...).
const service = new ModerationService(process.argv[2], grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
if (process.env.COMITY_TOKEN) metadata.set("authorization", `Bearer ${process.env.COMITY_TOKEN}`);
const limits = () => ({ deadline: Date.now() + DEADLINE_MS });
const call = (name, message) => promisify(service[name]).call(service, message, metadata, limits());

console.log("one comment");
for (const comment of comments) {
  try {
    tell(comment[0], (await call("moderateComment", request(comment))).verdict);
  } catch (error) {
    // Busy, too slow, not there: the comment waits for a person, and is not lost.
    console.log(`${comment[0]}: let a person look: ${grpc.status[error.code]}: ${error.details}`);
  }
}

console.log("a batch: answers in the order of the requests, each a verdict or an error");
for (const { response, error } of (await call("batchModerateComments", { requests: comments.map(request) })).results) {
  if (error) console.log(`an item was malformed: ${error.message}`);
  else tell(response.requestId, response.verdict);
}

console.log("a stream: answers while requests are still sent, paired by requestId");
const stream = service.streamModerateComments(metadata, limits());
for (const comment of comments) stream.write({ request: request(comment) });
stream.end();
for await (const { requestId, verdict, error } of stream) {
  if (error) console.log(`${requestId}: malformed: ${error.message}`);
  else tell(requestId, verdict);
}

console.log("an error: the text is longer than 20,480 bytes");
try {
  await call("moderateComment", request(["4", "word ".repeat(5_000)]));
} catch (error) {
  console.log(`${grpc.status[error.code]}: ${error.details}`);
}
service.close();
