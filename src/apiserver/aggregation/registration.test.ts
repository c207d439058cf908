import assert from "node:assert/strict";
import { test } from "node:test";
import { AUTOMANAGED, planRegistrations } from "./registration.ts";

const definition = (group: string, versions: Readonly<Record<string, boolean>>) =>
  ({ spec: { group, versions: Object.entries(versions).map(([name, served]) => ({ name, served })) } }) as never;
const spec = { group: "x.example", version: "v1", groupPriorityMinimum: 1000, versionPriority: 100 };
const service = (name: string, more: object, labels = { [AUTOMANAGED]: "true" }) =>
  ({ metadata: { name, labels }, spec: { ...spec, ...more } }) as never;

test("there is one API service for each served version, however many definitions are in it", () => {
  const definitions = [
    definition("x.example", { v1: true, v2: false }),
    definition("x.example", { v1: true }),
    definition("y.example", { v1: true }),
  ];
  const { create, update, remove } = planRegistrations(definitions, []);
  assert.deepEqual(create, [
    { name: "v1.x.example", spec },
    { name: "v1.y.example", spec: { ...spec, group: "y.example" } },
  ]);
  assert.deepEqual([update, remove], [[], []]);
});

test("its own are put right and go with their version; others' are left alone", () => {
  const definitions = [definition("x.example", { v1: true })];
  const changed = planRegistrations(definitions, [service("v1.x.example", { versionPriority: 7 })]);
  assert.deepEqual(changed, { create: [], update: [{ name: "v1.x.example", spec }], remove: [] });
  const gone = service("v1.y.example", { group: "y.example" });
  assert.deepEqual(planRegistrations([], [gone]), { create: [], update: [], remove: [gone] });
  const others = [
    service("v1.x.example", { service: { namespace: "n", name: "s" } }, {} as never),
    service("v1.apps", { group: "apps" }, { [AUTOMANAGED]: "onstart" }),
  ];
  assert.deepEqual(planRegistrations(definitions, others), { create: [], update: [], remove: [] });
});
