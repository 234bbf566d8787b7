// The contract as a set of descriptors, which run.sh makes from proto/, with Google's details of errors beside it.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { DESCRIPTORS } from "./service.mjs";

export const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(DESCRIPTORS)));
export const ModerationService = registry.getService("comity.moderation.v1.ModerationService");
export const BadRequest = registry.getMessage("google.rpc.BadRequest");
export const Status = registry.getMessage("google.rpc.Status");

// The values of an enum by their names: value("Decision", "DECISION_HOLD").
export function value(name, key) {
  return registry.getEnum(`comity.moderation.v1.${name}`).values.find((known) => known.name === key).number;
}

// The fields that a google.rpc.Status, as bytes, says to be violated.
export function violatedFields(bytes) {
  const details = fromBinary(Status, bytes).details.filter((any) => any.typeUrl.endsWith("/google.rpc.BadRequest"));
  return details.flatMap((any) => fromBinary(BadRequest, any.value).fieldViolations.map(({ field }) => field));
}
