import assert from "node:assert/strict";
import { test } from "node:test";
import { int32, intOrString, list, map, ref, scalar, string, struct } from "../../schema/index.ts";
import { PersistentVolumeSource } from "../core/v1/volume.ts";
import { internalValue, movedAfter } from "./internal.ts";

const Inner = struct("io.k8s.api.x.v1.Inner", () => ({ fsGroup: int32(1, { ptr: true }), image: string(2) }));
const Labels = struct("io.k8s.apimachinery.x.Labels", () => ({ matchLabels: map(1, scalar.string) }));
const Outer = struct("io.k8s.api.x.v1.Outer", () => ({
  name: string(1),
  inner: ref(2, Inner),
  other: ref(3, Inner, { ptr: true }),
  items: list(4, Inner),
  max: intOrString(5, { ptr: true }),
  selector: ref(6, Labels, { ptr: true }),
}));

test("a value is shown with every field, under the names of its source", () => {
  const shown = internalValue(Outer, { name: "a", items: [{ image: "i" }], selector: { matchLabels: { a: "b" } } });
  assert.equal(
    JSON.stringify(shown),
    '{"Name":"a","Inner":{"FSGroup":null,"Image":""},"Other":null,"Items":[{"FSGroup":null,"Image":"i"}],"Max":null,"Selector":{"matchLabels":{"a":"b"}}}',
  );
});

test("a shape reorders fields and decides which are pointers", () => {
  const shapes = { "io.k8s.api.x.v1.Inner": { order: ["image", "fsGroup"], pointer: ["image"], plain: ["fsGroup"] } };
  assert.equal(JSON.stringify(internalValue(Inner, {}, shapes)), '{"Image":null,"FSGroup":0}');
});

test("fields come after others as told, those that moved too", () => {
  assert.deepEqual(movedAfter(Outer, { name: "max", items: "name" }), [
    "inner",
    "other",
    "max",
    "name",
    "items",
    "selector",
  ]);
});

test("names of one struct's own", () => {
  const { ISCSI } = internalValue(PersistentVolumeSource, { iscsi: { chapAuthSession: true } });
  assert.deepEqual(
    Object.keys(ISCSI as object).filter((name) => /CHAP|Interface/.test(name)),
    ["ISCSIInterface", "DiscoveryCHAPAuth", "SessionCHAPAuth"],
  );
});
