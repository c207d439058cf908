import assert from "node:assert/strict";
import { test } from "node:test";
import { inVersion, list, map, ref, string, struct, type StructNode } from "./index.ts";

const Leaf = struct("io.k8s.api.probe.v1.Leaf", () => ({ name: string(1) }));
const Other = struct("io.k8s.api.core.v1.Other", () => ({ name: string(1) }));
const Tree = struct(
  "io.k8s.api.probe.v1.Tree",
  () => ({
    leaf: ref(1, Leaf, { ptr: true }),
    leaves: list(2, Leaf, { list: "atomic" }),
    byName: map(3, Leaf),
    other: ref(4, Other),
  }),
  { atomic: true },
);

test("a struct in another version leads to its group's structs in that version, and to others as they are", () => {
  const tree = inVersion(Tree, "v1beta2");
  assert.equal(tree.name, "io.k8s.api.probe.v1beta2.Tree");
  assert.equal(tree.proto, "k8s.io.api.probe.v1beta2.Tree");
  assert.equal(tree.atomic, true);
  const leaf = inVersion(Leaf, "v1beta2");
  assert.equal(tree.fields.get("leaf")!.node, leaf);
  assert.deepEqual(tree.fields.get("leaf")!.options, { ptr: true });
  assert.equal((tree.fields.get("leaves")!.node as { element: StructNode }).element, leaf);
  assert.equal((tree.fields.get("byName")!.node as { value: StructNode }).value, leaf);
  assert.equal(tree.fields.get("other")!.node, Other);
  assert.equal(inVersion(Tree, "v1beta2"), tree);
  assert.notEqual(inVersion(Tree, "v1beta1"), tree);
});
