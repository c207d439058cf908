import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManagerEntry } from "../../schema/index.ts";
import { entriesAfterScale, scaleEntries } from "./scale-managers.ts";

const PATH = ["f:spec", "f:replicas"];
const entry = (manager: string, spec: Record<string, unknown>, more: Partial<ManagerEntry> = {}): ManagerEntry => ({
  manager,
  operation: "Apply",
  apiVersion: "apps/v1",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:spec": spec },
  ...more,
});

test("a Scale is managed by who manages the number", () => {
  const entries = [entry("one", { "f:replicas": {}, "f:paused": {} }), entry("two", { "f:paused": {} })];
  assert.deepEqual(scaleEntries(entries, PATH), [entry("one", { "f:replicas": {} }, { apiVersion: "autoscaling/v1" })]);
});

test("the number changes hands, what else someone manages stays", () => {
  const entries = [entry("one", { "f:replicas": {}, "f:paused": {} })];
  const written = { apiVersion: "autoscaling/v1", operation: "Update", subresource: "scale", time: "T" } as const;
  const scale = [entry("two", { "f:replicas": {} }, written)];
  assert.deepEqual(entriesAfterScale({ entries, path: PATH, apiVersion: "apps/v1" }, scale), [
    entry("one", { "f:paused": {} }),
    entry("two", { "f:replicas": {} }, { operation: "Update", subresource: "scale" }),
  ]);
});

test("who updated the number becomes another manager when a Scale says the same number again, once", () => {
  const entries = [entry("one", { "f:replicas": {}, "f:paused": {} }, { operation: "Update", time: "T" })];
  const scale = scaleEntries(entries, PATH);
  const after = entriesAfterScale({ entries, path: PATH, apiVersion: "apps/v1" }, scale);
  assert.deepEqual(after, [
    entry("one", { "f:replicas": {} }, { operation: "Update" }),
    entry("one", { "f:paused": {} }, { operation: "Update", time: "T" }),
  ]);
  assert.deepEqual(
    entriesAfterScale({ entries: after, path: PATH, apiVersion: "apps/v1" }, scaleEntries(after, PATH)),
    after,
  );
});
