import assert from "node:assert/strict";
import { test } from "node:test";
import { int32, managedAfterUpdate, ref, struct } from "../schema/index.ts";
import { type InferKind, kind } from "./kind.ts";
import { fromHub, hubOf, storedAs, toHub } from "./storage.ts";

const NewSpec = struct("test.NewSpec", () => ({ size: int32(1), weight: int32(2) }));
const OldSpec = struct("test.OldSpec", () => ({ length: int32(1) }));
const common = { group: "example.com", kind: "Thing", plural: "things", scope: "Namespaced" } as const;
const Hub = kind({ ...common, name: "test.v2.Thing", version: "v2", fields: () => ({ spec: ref(2, NewSpec) }) });
type Hub = InferKind<typeof Hub>;
const Old = kind({
  ...common,
  name: "test.v1.Thing",
  version: "v1",
  fields: () => ({ spec: ref(2, OldSpec) }),
  storage: () =>
    storedAs<Hub, { metadata: Hub["metadata"]; spec: { length?: number } }>(Hub, {
      toHub: ({ spec, ...rest }) => ({ ...rest, spec: { size: spec.length } }),
      fromHub: ({ metadata, spec }) => ({ metadata, spec: { length: spec.size } }),
    }),
});
const Same = kind({
  ...common,
  name: "test.v1beta1.Thing",
  version: "v1beta1",
  fields: () => ({ spec: ref(2, NewSpec) }),
  storage: () => storedAs(Hub),
});
const of = <T>(definition: T) => definition as never;

test("a version converts to its hub and back", () => {
  const old = { kind: "Thing", apiVersion: "example.com/v1", metadata: { name: "a" }, spec: { length: 3 } };
  const hub = { kind: "Thing", apiVersion: "example.com/v2", metadata: { name: "a" }, spec: { size: 3 } };
  assert.deepEqual(toHub(of(Old), old), hub);
  assert.deepEqual(fromHub(of(Old), hub), old);
});

test("versions of one shape differ in apiVersion only", () => {
  const hub = { kind: "Thing", apiVersion: "example.com/v2", metadata: { name: "a" }, spec: { size: 3 } };
  assert.deepEqual(fromHub(of(Same), hub), { ...hub, apiVersion: "example.com/v1beta1" });
  assert.equal(hubOf(of(Same)), Hub);
  assert.equal(hubOf(of(Hub)), Hub);
});

test("a manager loses what changed in the fields of its own version", () => {
  const entry = {
    manager: "old",
    operation: "Update",
    apiVersion: "example.com/v1",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": { "f:length": {} } },
  };
  const type = { kind: "Thing", apiVersion: "example.com/v2" };
  const before = { ...type, metadata: { name: "a" }, spec: { size: 1 } };
  const after = { ...type, metadata: { name: "a", managedFields: [entry] }, spec: { size: 2 } };
  const managers = managedAfterUpdate({
    struct: Hub.struct,
    before,
    after,
    write: { manager: "new", apiVersion: "example.com/v2", subresource: "", now: "2026-01-01T00:00:00Z" },
    versions: (apiVersion) =>
      apiVersion.endsWith("v1")
        ? { struct: Old.struct, convert: (object) => fromHub(of(Old), object) }
        : { struct: Hub.struct },
  });
  assert.deepEqual(
    managers.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    [["new", { "f:spec": { "f:size": {} } }]],
  );
});
