import assert from "node:assert/strict";
import { test } from "node:test";
import { signingRequestBehavior } from "./certificatesigningrequest.behavior.ts";
import { requestProblem } from "./request-der.ts";

type Conditions = readonly { readonly type: string; readonly status: string; readonly reason?: string }[];

/** What a status update with these conditions says, and the conditions that it leaves. */
function update(before: Conditions, given: Conditions) {
  const request = (conditions: Conditions) => ({
    metadata: {},
    spec: {},
    status: { conditions: structuredClone(conditions) },
  });
  const [old, wanted] = [request(before), request(given)];
  signingRequestBehavior.prepareSubresourceUpdate!("status", wanted as never, old as never, "now");
  const errors = signingRequestBehavior.validateStatusUpdate!(wanted as never, old as never);
  return { errors: errors.map(({ detail }) => detail), reasons: wanted.status.conditions.map(({ reason }) => reason) };
}

test("the status keeps what is decided, and neither decides nor undoes a decision", () => {
  const approved = { type: "Approved", status: "True", reason: "a" };
  const failed = { type: "Failed", status: "True", reason: "f" };
  assert.deepEqual(update([approved], [failed, { ...approved, reason: "b" }]), { errors: [], reasons: ["f", "a"] });
  assert.deepEqual(update([approved], [failed]).errors, ['updates may not remove a condition of type "Approved"']);
  assert.deepEqual(update([], [approved]).errors, ['updates may not add a condition of type "Approved"']);
});

test("a request is one sequence that fills its block", () => {
  assert.equal(requestProblem(Buffer.from("3003020101", "hex")), undefined);
  assert.equal(requestProblem(Buffer.from("30820003020101", "hex")), undefined);
  assert.equal(requestProblem(Buffer.from("3003020101ff", "hex")), "asn1: syntax error: trailing data");
  assert.equal(requestProblem(Buffer.from("300402", "hex")), "asn1: syntax error: data truncated");
  assert.match(requestProblem(Buffer.from("020101", "hex"))!, /tags don't match \(16 vs {class:0 tag:2 length:1 /);
});
