// Where the service listens, and the comments that are sent to it. run.sh sets the environment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const { env } = process;
export const GRPC = env.COMITY_GRPC;
export const HTTP = env.COMITY_HTTP;
// The same service, with tokens.
export const GUARDED_GRPC = env.COMITY_GUARDED_GRPC;
export const GUARDED_HTTP = env.COMITY_GUARDED_HTTP;
export const TOKEN = env.COMITY_TOKEN;
export const WRONG_TOKEN = "nobodys-token-0123456789";
export const ORIGIN = env.COMITY_ORIGIN;
export const FEEDBACK = env.COMITY_FEEDBACK;
export const PROTO = env.COMITY_PROTO;
export const DESCRIPTORS = env.COMITY_DESCRIPTORS;
// The secrets of the external moderation phase: the one in force, and the one that it is about to replace.
export const CORAL_SECRETS = env.COMITY_CORAL_SECRETS.split(" ");
// Nothing listens there: a client that is sent there and still tells of the mistake has refused by itself.
export const NOWHERE = "http://127.0.0.1:1";

export const COMMENTS = JSON.parse(readFileSync(env.COMITY_COMMENTS, "utf8"));
export const MAX_TEXT_BYTES = 20_480;
export const OVERLONG = "word ".repeat(MAX_TEXT_BYTES / 5) + "w";

// Fails unless both are scores and tell an abusive comment from a civil one.
export function checkScores(abusive, civil) {
  assert.ok(0 <= civil && civil < 0.5 && 0.5 < abusive && abusive <= 1, `abusive ${abusive}, civil ${civil}`);
  return `${abusive.toFixed(3)} and ${civil.toFixed(3)}`;
}
