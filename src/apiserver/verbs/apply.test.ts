import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../testing/requests.ts";

// What kube-apiserver 1.36.1 answers to the same requests, as test/upstream/differential/apply.ts sends them.

type Json = Record<string, any>;
const APPLY = { "content-type": "application/apply-patch+yaml" };
const MERGE = { "content-type": "application/merge-patch+json" };
const GROUP = "example.com";
const WIDGETS = `/apis/${GROUP}/v1/namespaces/default/widgets`;

/** A server with a kind of two versions, and ways to write one object of it. */
async function widgets(name: string) {
  const { json, clock, close } = await server();
  const properties = {
    named: { type: "object", additionalProperties: { type: "string" } },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    bare: { type: "object" },
    dated: { type: "string", format: "date" },
    either: { "x-kubernetes-int-or-string": true },
    held: {
      type: "object",
      properties: { inner: { type: "object", properties: { x: { type: "string" } } } },
      "x-kubernetes-preserve-unknown-fields": true,
    },
    set: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
  };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } };
  const version = (name: string, storage: boolean) => ({ name, served: true, storage, schema });
  await json("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: `widgets.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [version("v1", true), version("v1beta1", false)],
    },
  });
  for (let tries = 0; tries < 50; tries++) {
    if ((await json(`GET ${WIDGETS}`).catch(() => ({ items: undefined }))).items) break;
    await clock.advance(100);
  }
  const apply = (spec: Json, manager: string, { version = "v1", force = false } = {}) =>
    json(
      `PATCH ${WIDGETS.replace("/v1/", `/${version}/`)}/${name}?fieldManager=${manager}&force=${force}`,
      { apiVersion: `${GROUP}/${version}`, kind: "Widget", metadata: { name }, spec },
      APPLY,
    );
  const merge = (body: Json) => json(`PATCH ${WIDGETS}/${name}?fieldManager=merge`, body, MERGE);
  return { apply, merge, close };
}

const fieldsOf = ({ metadata: { managedFields = [] } }: Json) =>
  managedFields.map((entry: Json) => [entry.manager, entry.apiVersion.split("/")[1], entry.fieldsV1["f:spec"]]);

test("null that is applied to a custom kind is refused where it is no value", async () => {
  const { apply, close } = await widgets("a");
  const { message } = await apply({ named: null }, "one");
  assert.equal(
    message,
    'Widget.example.com "a" is invalid: spec.named: Invalid value: "null": spec.named in body must be of type object: "null"',
  );
  await close();
});

test("who applied in another version of a custom kind still manages what it applied", async () => {
  const { apply, close } = await widgets("b");
  await apply({ named: { x: "1" } }, "one", { version: "v1beta1" });
  const both = await apply({ named: { y: "1" } }, "two");
  assert.deepEqual(fieldsOf(both), [
    ["one", "v1beta1", { "f:named": { "f:x": {} } }],
    ["two", "v1", { "f:named": { "f:y": {} } }],
  ]);
  assert.deepEqual((await apply({}, "one")).spec, { named: { y: "1" } });
  await close();
});

test("an entry of a version that a custom kind hasn't makes all managers go", async () => {
  const { apply, merge, close } = await widgets("c");
  const { metadata } = await apply({ set: ["a"] }, "one");
  const [entry] = metadata.managedFields;
  const stranger = { ...entry, manager: "two", apiVersion: "nope/v1" };
  const left = await merge({ metadata: { managedFields: [entry, stranger] } });
  assert.equal(left.metadata.managedFields, undefined);
  await close();
});

test("an empty list leaves the managers of a custom kind as they are", async () => {
  const { apply, merge, close } = await widgets("d");
  await apply({ set: ["a"] }, "one");
  const left = await merge({ metadata: { managedFields: [] } });
  assert.deepEqual(fieldsOf(left), [["one", "v1", { "f:set": { 'v:"a"': {} } }]]);
  await close();
});

test("a value takes what was in the map in whose place it is put from who managed it", async () => {
  const { apply, close } = await widgets("e");
  await apply({ free: { a: { b: 1 } } }, "one");
  const taken = await apply({ free: { a: 1 } }, "two", { force: true });
  assert.deepEqual(fieldsOf(taken), [["two", "v1", { "f:free": { "f:a": {} } }]]);
  await close();
});

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = (metadata: Json, data: Json = { a: "1" }) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "x", ...metadata },
  data,
});

test("an apply that changes nothing but the times of managers isn't written", async () => {
  const { json, clock, close } = await server();
  const apply = () => json(`PATCH ${CONFIG_MAPS}/x?fieldManager=one`, configMap({ creationTimestamp: null }), APPLY);
  const first = await apply();
  await clock.advance(5000);
  assert.deepEqual((await apply()).metadata, first.metadata);
  await close();
});

test("a manager's name is checked wherever it is given", async () => {
  const { json, close } = await server();
  const entry = { manager: "x".repeat(129), operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1" };
  const { message } = await json(
    `POST ${CONFIG_MAPS}`,
    configMap({ managedFields: [{ ...entry, fieldsV1: { "f:immutable": {} } }] }),
  );
  assert.match(message, /metadata\.managedFields\[0\]\.manager: Too long: may not be more than 128 bytes/);
  await close();
});

test("an apply to the status of a service that isn't there is an attempt to make it", async () => {
  const { json, close } = await server();
  const { message } = await json(
    "PATCH /api/v1/namespaces/default/services/x/status?fieldManager=one",
    { apiVersion: "v1", kind: "Service", metadata: { name: "x" }, status: { loadBalancer: {} } },
    APPLY,
  );
  assert.equal(message, 'Service "x" is invalid: spec.ports: Required value');
  await close();
});

test("owners that a patch names twice are told of as the original tells it", async () => {
  const { call, json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, configMap({}));
  const owner = { apiVersion: "v1", kind: "A", name: "a", uid: "u" };
  const { headers } = await call(`PATCH ${CONFIG_MAPS}/x`, { metadata: { ownerReferences: [owner, owner] } }, MERGE);
  assert.match(String(headers.warning), /contains duplicate entries after mutating admission happens;/);
  await close();
});

test("what a custom kind says nothing of, or keeps what it doesn't declare around, may be said by who applies", async () => {
  const { apply, close } = await widgets("h");
  const made = await apply({ bare: { a: { b: 1 } }, free: { c: 1 }, held: { inner: { other: 1 } } }, "one");
  assert.deepEqual(made.spec, { bare: {}, free: { c: 1 }, held: { inner: {} } });
  assert.deepEqual(fieldsOf(made)[0][2], {
    "f:bare": { "f:a": { ".": {}, "f:b": {} } },
    "f:free": { "f:c": {} },
    "f:held": { "f:inner": { "f:other": {} } },
  });
  const again = await apply({ either: {} }, "two");
  assert.match(again.message, /spec\.either in body must be of type integer,string: "object"/);
  const { message } = await apply({ dated: [] }, "three");
  assert.match(message, /\.spec\.dated: expected any scalar, got &\{\[\]\}$/);
  await close();
});
