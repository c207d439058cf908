import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../testing/requests.ts";
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

test("an API service comes with a definition and goes with it; a start lets go of those that stand for nothing", async (t) => {
  const api = await server();
  t.after(api.close);
  const SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
  const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const seen: string[] = [];
  const next = await api.watch(`${SERVICES}?watch=1`);
  const until = async (what: string) => {
    while (!seen.includes(what))
      for (const { type, object } of await next())
        seen.push(`${type} ${(object as { metadata: { name: string } }).metadata.name}`);
  };
  const schema = { openAPIV3Schema: { type: "object" } };
  await api.json(`POST ${DEFINITIONS}`, {
    metadata: { name: "boxes.x.example" },
    spec: {
      group: "x.example",
      scope: "Namespaced",
      names: { plural: "boxes", singular: "box", kind: "Box", listKind: "BoxList" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  });
  await until("ADDED v1.x.example");
  await api.json(`DELETE ${SERVICES}/v1.x.example`);
  await until("DELETED v1.x.example");
  seen.length = 0;
  await until("ADDED v1.x.example");
  seen.length = 0;
  await api.json(`DELETE ${DEFINITIONS}/boxes.x.example`);
  await until("DELETED v1.x.example");
  const unserved = { group: "old.k8s.io", version: "v1", groupPriorityMinimum: 1, versionPriority: 1 };
  const metadata = { name: "v1.old.k8s.io", labels: { [AUTOMANAGED]: "onstart" } };
  await api.json(`POST ${SERVICES}`, { metadata, spec: unserved });
  const again = await server(api.store);
  t.after(again.close);
  const { items } = await again.json(`GET ${SERVICES}`);
  const names = items.map((one: { metadata: { name: string } }) => one.metadata.name);
  assert.deepEqual([names.includes("v1.old.k8s.io"), names.includes("v1.apps")], [false, true]);
});
