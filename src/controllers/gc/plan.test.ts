import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, OwnerReference } from "../../api/index.ts";
import { type Action, type OwnerState, plan } from "./plan.ts";

const object = (
  uid: string,
  owners: readonly string[],
  metadata: Partial<KubeObject["metadata"]> = {},
): KubeObject => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: {
    name: uid,
    uid,
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    ownerReferences: owners.map((owner) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      name: owner,
      uid: owner,
      blockOwnerDeletion: true,
    })),
    ...metadata,
  },
});

const waiting = { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["foregroundDeletion"] };

const cases: readonly (readonly [
  name: string,
  object: KubeObject,
  states: readonly OwnerState[],
  dependents: readonly KubeObject[],
  type: Action["type"],
  detail?: unknown,
])[] = [
  ["no owner", object("d", []), [], [], "none"],
  ["an owner that is there", object("d", ["o"]), ["solid"], [], "none"],
  ["the owner has gone", object("d", ["o"]), ["absent"], [], "delete", "Background"],
  ["one of two owners has gone", object("d", ["o", "p"]), ["solid", "absent"], [], "setOwners", ["o"]],
  ["the owner waits", object("d", ["o"]), ["waiting"], [], "delete", "Background"],
  [
    "the owner waits and there are dependents",
    object("d", ["o"]),
    ["waiting"],
    [object("e", ["d"])],
    "delete",
    "Foreground",
  ],
  ["its finalizer says to orphan", object("d", ["o"], { finalizers: ["orphan"] }), ["absent"], [], "delete", "Orphan"],
  ["waits for a dependent that blocks", object("o", [], waiting), [], [object("d", ["o"])], "wait", ["d"]],
  ["waits for none", object("o", [], waiting), [], [], "removeFinalizer", "foregroundDeletion"],
  ["is being deleted", object("d", ["o"], { deletionTimestamp: "2026-01-01T00:00:00Z" }), ["absent"], [], "none"],
];

function detailOf(action: Action): unknown {
  switch (action.type) {
    case "delete":
      return action.policy;
    case "setOwners":
      return action.owners.map(({ uid }) => uid);
    case "wait":
      return action.blocking.map(({ metadata }) => metadata.uid);
    case "removeFinalizer":
      return action.finalizer;
    case "none":
      return undefined;
    default:
      return action satisfies never;
  }
}

for (const [name, subject, states, dependents, type, detail] of cases) {
  test(`collect: ${name}`, () => {
    const references = subject.metadata.ownerReferences ?? [];
    const owners = new Map<OwnerReference, OwnerState>(
      references.map((reference, index) => [reference, states[index]!]),
    );
    const action = plan({ object: subject, owners, dependents });
    assert.deepEqual([action.type, detailOf(action)], [type, detail]);
  });
}

test("collect: a circle is unblocked", () => {
  const circle = object("e", ["d"], waiting);
  const subject = object("d", ["o"]);
  const owners = new Map([[subject.metadata.ownerReferences![0]!, "waiting" as const]]);
  const action = plan({ object: subject, owners, dependents: [circle] });
  assert.deepEqual(action, { type: "delete", policy: "Foreground", unblock: true });
});
