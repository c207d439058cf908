import { strictEqual, deepStrictEqual } from "node:assert";
import { test } from "node:test";
import { changedField } from "../../api/index.ts";
import { asGiven, hasEmptied } from "./given.ts";

const error = (path: string, value: unknown) => ({ path, type: "Invalid", value, detail: "wrong" }) as const;

test("what was given empty is shown as it was given", () => {
  const emptied = new Map<string, unknown>([["spec.ports", []]]);
  deepStrictEqual(asGiven([error("spec.ports", undefined), error("spec.names", undefined)], emptied), [
    error("spec.ports", []),
    error("spec.names", undefined),
  ]);
});

test("within a shown object it stands where that says null, under the names messages use", () => {
  const emptied = new Map<string, unknown>([
    ["spec.devices.requests[0].selectors", []],
    ["specific.devices", []],
  ]);
  const value = { Devices: { Requests: [{ Selectors: null, Other: null }], Constraints: null } };
  const [shown] = asGiven([error("spec", value)], emptied);
  deepStrictEqual(shown!.value, { Devices: { Requests: [{ Selectors: [], Other: null }], Constraints: null } });
  strictEqual(value.Devices.Requests[0]!.Selectors, null, "what is shown is a copy");
});

test("a value that was filled in after being given empty is not missing", () => {
  const emptied = new Map<string, unknown>([["spec.policyTypes", []]]);
  strictEqual(hasEmptied({ spec: {} }, "spec", emptied), true);
  strictEqual(hasEmptied({ spec: { policyTypes: ["Ingress"] } }, "spec", emptied), false);
  strictEqual(hasEmptied({ spec: {} }, "status", emptied), false);
});

test("a difference tells of what was given empty", () => {
  const change = { path: "spec", what: "no", before: { Volumes: [1], Name: "a" }, after: { Volumes: null, Name: "a" } };
  const told = (emptied: readonly [string, unknown][]) =>
    asGiven([changedField("spec", change)], new Map(emptied))[0]!.detail;
  const difference = (volumes: string) =>
    `no\n@@ -1,6 +1,4 @@\n {\n- "Volumes": [\n-  1\n- ],\n+ "Volumes": ${volumes},\n  "Name": "a"\n }\n`;
  strictEqual(told([["status.volumes", []]]), difference("null"));
  strictEqual(told([["spec.volumes", []]]), difference("[]"));
});
