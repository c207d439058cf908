import { deepStrictEqual } from "node:assert";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { validateMetadataUpdate, validateNewFinalizers } from "./metadata.ts";

const object = (metadata: object) => ({ metadata: { name: "a", uid: "u", ...metadata } }) as unknown as KubeObject;

test("identity and deletion of an object can't be changed by an update", () => {
  const changed = { uid: "v", deletionGracePeriodSeconds: 5, deletionTimestamp: "2020-01-01T00:00:00Z" };
  deepStrictEqual(
    validateMetadataUpdate(object(changed), object({})).map(({ path }) => path),
    ["metadata.uid", "metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds"],
  );
});

test("a change is told of owners, not of finalizers: those are looked at with the whole metadata", () => {
  const owner = { apiVersion: "v1", kind: "Event", name: "x", uid: "y" };
  const changed = object({ ownerReferences: [owner], finalizers: ["bad"] });
  deepStrictEqual(
    validateMetadataUpdate(changed, object({})).map(({ path }) => path),
    ["metadata.ownerReferences"],
  );
});

test("finalizers that are there already stay, whatever they are", () => {
  const told = (old: readonly string[]) => validateNewFinalizers({}, ["bad"], old).map(({ path }) => path);
  deepStrictEqual([told(["bad"]), told([])], [[], ["metadata.finalizers[0]"]]);
});
