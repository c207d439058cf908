import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mutable } from "../../kind.ts";
import type { DaemonSet } from "./daemonset.ts";
import { daemonSetBehavior } from "./daemonset.behavior.ts";

const ANNOTATION = "deprecated.daemonset.template.generation";

function daemonSet(image: string, annotations: Record<string, string> = {}): Mutable<DaemonSet> {
  const template = { metadata: {}, spec: { containers: [{ name: "c", image }] } };
  const spec = { selector: {}, template, updateStrategy: {} };
  return { metadata: { name: "d", annotations }, spec, status: {} } as unknown as Mutable<DaemonSet>;
}

function created(annotations: Record<string, string>): string | undefined {
  const object = daemonSet("a", annotations);
  daemonSetBehavior.prepareCreate!(object, "");
  return object.metadata.annotations?.[ANNOTATION];
}

test("the generation of the template begins with one, or what the client says", () => {
  assert.equal(created({}), "1");
  assert.equal(created({ [ANNOTATION]: "7" }), "7");
  assert.equal(created({ [ANNOTATION]: "-2" }), "1");
});

test("it grows when the template changes, and only then", () => {
  const old = daemonSet("a", { [ANNOTATION]: "3" }) as unknown as DaemonSet;
  for (const [image, expected] of [
    ["a", "3"],
    ["b", "4"],
  ] as const) {
    const object = daemonSet(image, { other: "x" });
    daemonSetBehavior.prepareUpdate!(object, old, "");
    daemonSetBehavior.settleUpdate!(object, old);
    assert.deepEqual(object.metadata.annotations, { other: "x", [ANNOTATION]: expected });
  }
});
