import assert from "node:assert/strict";
import { test } from "node:test";
import { OBJECT_MEDIA_TYPE, type WatchFrame } from "../net/message.ts";
import { server } from "./testing/requests.ts";

type Json = Record<string, any>;
const MERGE = { "content-type": "application/merge-patch+json" };

const namesOf = (list: Json): string[] => list.items.map((item: Json) => item.metadata.name);
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, data: Json = {}) => ({ metadata: { name }, data });

test("an object is read as it was written, under the next version", async () => {
  const { json, close } = await server();
  const made = await json(`POST ${CONFIG_MAPS}`, configMap("a", { k: "1" }));
  assert.deepEqual(await json(`GET ${CONFIG_MAPS}/a`), made);
  const changed = await json(`PATCH ${CONFIG_MAPS}/a`, { data: { k: "2" } }, MERGE);
  assert.ok(Number(changed.metadata.resourceVersion) > Number(made.metadata.resourceVersion));
  await close();
});

test("callers in the process share the objects themselves, whole or their metadata", async () => {
  const { call, json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, configMap("a", { k: "1" }));
  const ask = async (path: string, accept: string) => (await call(`GET ${path}`, undefined, { accept })).body;
  const object = async (path: string, accept: string): Promise<Json> => {
    const body = await ask(path, accept);
    assert.equal(body.type, "object");
    return (body as { value: Json }).value;
  };
  const whole = `${OBJECT_MEDIA_TYPE}, application/json`;
  const one = await object(`${CONFIG_MAPS}/a`, whole);
  assert.deepEqual(one, await json(`GET ${CONFIG_MAPS}/a`));
  const list = await object(CONFIG_MAPS, whole);
  assert.equal(list.kind, "ConfigMapList");
  assert.equal((await object(CONFIG_MAPS, whole)).items[0], list.items[0]);
  const events = await ask(`${CONFIG_MAPS}?watch=true&resourceVersion=0`, whole);
  const { batches } = events as unknown as { batches: AsyncIterable<readonly WatchFrame[]> };
  const first = await batches[Symbol.asyncIterator]().next();
  assert.equal(first.value[0].object, list.items[0]);
  const as = (view: string) => `as=${view};g=meta.k8s.io;v=v1`;
  const views = (view: string) => `${OBJECT_MEDIA_TYPE};${as(view)}, application/json;${as(view)}, application/json`;
  const metadata = await object(CONFIG_MAPS, views("PartialObjectMetadataList"));
  const { kind, apiVersion, ...rest } = metadata.items[0];
  assert.deepEqual([kind, apiVersion], ["PartialObjectMetadata", "meta.k8s.io/v1"]);
  assert.deepEqual(rest, { metadata: one.metadata });
  // Tables are only made as text.
  assert.equal((await ask(CONFIG_MAPS, views("Table"))).type, "bytes");
  await close();
});

test("callers in the process share aggregated discovery", async () => {
  const { call, json, close } = await server();
  const view = "as=APIGroupDiscoveryList;g=apidiscovery.k8s.io;v=v2";
  const accept = `${OBJECT_MEDIA_TYPE};${view}, application/json;${view}`;
  const ask = async () => (await call("GET /apis", undefined, { accept })).body as unknown as { value: Json };
  const { value } = await ask();
  assert.deepEqual(value, await json("GET /apis", undefined, { accept: `application/json;${view}` }));
  assert.equal((await ask()).value.items, value.items);
  await close();
});

test("a write that changes nothing makes no new version", async () => {
  const { json, close } = await server();
  const made = await json(`POST ${CONFIG_MAPS}`, configMap("a", { k: "1" }));
  const same = await json(`PATCH ${CONFIG_MAPS}/a`, { data: { k: "1" } }, MERGE);
  assert.equal(same.metadata.resourceVersion, made.metadata.resourceVersion);
  await close();
});

test("an update with an old version is refused with the reason Conflict", async () => {
  const { json, close } = await server();
  const made = await json(`POST ${CONFIG_MAPS}`, configMap("a"));
  await json(`PATCH ${CONFIG_MAPS}/a`, { data: { k: "2" } }, MERGE);
  const answer = await json(`PUT ${CONFIG_MAPS}/a`, made);
  assert.equal(answer.reason, "Conflict");
  assert.match(answer.message, /the object has been modified; please apply your changes to the latest version/);
  await close();
});

test("pages of a list are of one version, whatever is written between them", async () => {
  const { json, close } = await server();
  for (const name of ["a", "b", "c"]) await json(`POST ${CONFIG_MAPS}`, configMap(name));
  const first = await json(`GET ${CONFIG_MAPS}?limit=2`);
  assert.equal(first.metadata.remainingItemCount, 1);
  await json(`POST ${CONFIG_MAPS}`, configMap("d"));
  const second = await json(`GET ${CONFIG_MAPS}?limit=2&continue=${first.metadata.continue}`);
  assert.deepEqual(
    second.items.map((item: Json) => item.metadata.name),
    ["c"],
  );
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  await close();
});

test("a watch sees an object leave its selector as deleted, and come back as added", async () => {
  const { json, watch, close } = await server();
  const made = await json(`POST ${CONFIG_MAPS}`, { metadata: { name: "a", labels: { l: "on" } } });
  const next = await watch(
    `${CONFIG_MAPS}?watch=1&labelSelector=l%3Don&resourceVersion=${made.metadata.resourceVersion}`,
  );
  await json(`PATCH ${CONFIG_MAPS}/a`, { metadata: { labels: { l: "off" } } }, MERGE);
  await json(`PATCH ${CONFIG_MAPS}/a`, { data: { k: "1" } }, MERGE);
  await json(`PATCH ${CONFIG_MAPS}/a`, { metadata: { labels: { l: "on" } } }, MERGE);
  const seen: string[] = [];
  while (seen.length < 2) seen.push(...(await next()).map(({ type }) => type));
  assert.deepEqual(seen, ["DELETED", "ADDED"]);
  await close();
});

test("a list just after a write holds what was written", async () => {
  const { json, close } = await server();
  for (let index = 0; index < 20; index++) {
    await json(`POST ${CONFIG_MAPS}`, configMap(`n${index}`));
    assert.equal((await json(`GET ${CONFIG_MAPS}`)).items.length, index + 1);
  }
  await close();
});

test("a finalizer keeps an object until it is taken off", async () => {
  const { json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, { metadata: { name: "a", finalizers: ["x.example/f"] } });
  const marked = await json(`DELETE ${CONFIG_MAPS}/a`);
  assert.ok(marked.metadata.deletionTimestamp);
  await json(`PATCH ${CONFIG_MAPS}/a`, { metadata: { finalizers: null } }, MERGE);
  assert.equal((await json(`GET ${CONFIG_MAPS}/a`)).reason, "NotFound");
  await close();
});

test("services get different addresses, and a freed one can be asked for", async () => {
  const { json, close } = await server();
  const path = "/api/v1/namespaces/default/services";
  const service = (name: string, clusterIP?: string) => ({
    metadata: { name },
    spec: { clusterIP, ports: [{ port: 80 }] },
  });
  const a = await json(`POST ${path}`, service("a"));
  const b = await json(`POST ${path}`, service("b"));
  assert.notEqual(a.spec.clusterIP, b.spec.clusterIP);
  const refused = await json(`POST ${path}`, service("c", a.spec.clusterIP));
  assert.match(refused.message, /provided IP is already allocated/);
  await json(`DELETE ${path}/a`);
  assert.equal((await json(`POST ${path}`, service("c", a.spec.clusterIP))).spec.clusterIP, a.spec.clusterIP);
  await close();
});

test("an event that nothing adds to is gone after an hour", async () => {
  const { json, clock, close } = await server();
  const path = "/api/v1/namespaces/default/events";
  await json(`POST ${path}`, { metadata: { name: "e" }, involvedObject: { kind: "Pod", namespace: "default" } });
  await clock.advance(3_500_000);
  assert.equal((await json(`GET ${path}`)).items.length, 1);
  await clock.advance(300_000);
  assert.equal((await json(`GET ${path}`)).items.length, 0);
  await close();
});

test("errors name an event in the group it was asked for in, and nobody collects for it", async () => {
  const { json, close } = await server();
  const about = { kind: "Pod", namespace: "default", name: "p" };
  await json("POST /api/v1/namespaces/default/events", { metadata: { name: "e" }, involvedObject: about });
  const own = "/apis/events.k8s.io/v1/namespaces/default/events";
  assert.equal((await json(`GET ${own}/f`)).message, 'events.events.k8s.io "f" not found');
  assert.equal((await json("GET /api/v1/namespaces/default/events/f")).message, 'events "f" not found');
  const gone = await json(`DELETE ${own}/e?propagationPolicy=Foreground`);
  assert.deepEqual([gone.status, gone.details.group], ["Success", "events.k8s.io"]);
  assert.equal((await json(`GET ${own}/e`)).reason, "NotFound");
  await close();
});

test("a put makes a runtime class that isn't there", async () => {
  const { call, close } = await server();
  const path = "/apis/node.k8s.io/v1/runtimeclasses/r";
  const value = { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "r" }, handler: "h" };
  assert.equal((await call(`PUT ${path}`, value)).status, 201);
  await close();
});

test("a watch on another node's pods is not told of this node's", async () => {
  const { json, watch, close } = await server();
  await json("POST /api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  const path = "/api/v1/namespaces/default/pods";
  const pod = (name: string, nodeName: string) => ({
    metadata: { name },
    spec: { nodeName, containers: [{ name: "c", image: "i" }] },
  });
  const next = await watch("/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn2");
  await json(`POST ${path}`, pod("one", "n1"));
  await json(`POST ${path}`, pod("two", "n2"));
  assert.deepEqual(
    (await next()).map(({ object }) => (object as Json).metadata.name),
    ["two"],
  );
  await close();
});

test("JSON patches: replacing what is not there adds it, indices count from the end", async () => {
  const { json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, configMap("a", { k: "1" }));
  const patch = { "content-type": "application/json-patch+json" };
  const changed = await json(`PATCH ${CONFIG_MAPS}/a`, [{ op: "replace", path: "/data/new", value: "2" }], patch);
  assert.deepEqual(changed.data, { k: "1", new: "2" });
  const refused = await json(`PATCH ${CONFIG_MAPS}/a`, [{ op: "remove", path: "/data/none" }], patch);
  assert.equal(refused.code, 422);
  await close();
});

test("pages of a selection hold the limit, say that there is more and no count; the last has no token", async () => {
  const { json, close } = await server();
  for (let index = 0; index < 7; index++) {
    const labels = { odd: String(index % 2) };
    await json(`POST ${CONFIG_MAPS}`, { metadata: { name: `c${index}`, labels } });
  }
  const first = await json(`GET ${CONFIG_MAPS}?labelSelector=odd%3D0&limit=3`);
  assert.deepEqual(namesOf(first), ["c0", "c2", "c4"]);
  assert.equal(first.metadata.remainingItemCount, undefined);
  await json(`DELETE ${CONFIG_MAPS}/c6`);
  const second = await json(`GET ${CONFIG_MAPS}?labelSelector=odd%3D0&limit=3&continue=${first.metadata.continue}`);
  assert.deepEqual([namesOf(second), second.metadata.continue], [["c6"], undefined]);
  const all = await json(`GET ${CONFIG_MAPS}?limit=2`);
  assert.equal(all.metadata.remainingItemCount, 4);
  const rest = await json(`GET ${CONFIG_MAPS}?limit=2&continue=${all.metadata.continue}`);
  assert.deepEqual([namesOf(rest), rest.metadata.remainingItemCount], [["c2", "c3"], 2]);
  await close();
});

test("a list goes on after its version is forgotten, with what there is now", async () => {
  const { json, store, close } = await server();
  for (const name of ["a", "b", "c"]) await json(`POST ${CONFIG_MAPS}`, configMap(name));
  const first = await json(`GET ${CONFIG_MAPS}?limit=1`);
  await json(`POST ${CONFIG_MAPS}`, configMap("bb"));
  await store.compact(await store.revision());
  const expired = await json(`GET ${CONFIG_MAPS}?limit=1&continue=${first.metadata.continue}`);
  assert.deepEqual([expired.code, expired.reason], [410, "Expired"]);
  const rest = await json(`GET ${CONFIG_MAPS}?continue=${expired.metadata.continue}`);
  assert.deepEqual(namesOf(rest), ["b", "bb", "c"]);
  await close();
});

test("a list or watch of one name is of that object alone", async () => {
  const { json, watch, close } = await server();
  for (const name of ["a", "b"]) await json(`POST ${CONFIG_MAPS}`, configMap(name));
  assert.deepEqual(namesOf(await json(`GET ${CONFIG_MAPS}?fieldSelector=metadata.name%3Db`)), ["b"]);
  assert.deepEqual(namesOf(await json(`GET ${CONFIG_MAPS}?fieldSelector=metadata.name%3Dnone`)), []);
  const next = await watch(`${CONFIG_MAPS}?watch=1&fieldSelector=metadata.name%3Db`);
  assert.deepEqual(
    (await next()).map(({ type, object }) => [type, (object as Json).metadata.name]),
    [["ADDED", "b"]],
  );
  await close();
});

test("a watch goes on where it was after a restart, unless the store has forgotten", async () => {
  const first = await server();
  const made = await first.json(`POST ${CONFIG_MAPS}`, configMap("a"));
  await first.json(`PATCH ${CONFIG_MAPS}/a`, { data: { k: "1" } }, MERGE);
  await first.json(`DELETE ${CONFIG_MAPS}/a`);
  await first.close();
  const second = await server(first.store);
  const path = `${CONFIG_MAPS}?watch=1&resourceVersion=${made.metadata.resourceVersion}`;
  const next = await second.watch(path);
  const seen = (await next()).map(({ type, object }) => [type, (object as Json).data]);
  assert.deepEqual(seen, [
    ["MODIFIED", { k: "1" }],
    ["DELETED", { k: "1" }],
  ]);
  await second.close();
  await first.store.compact(await first.store.revision());
  const third = await server(first.store);
  const [error] = await (await third.watch(path))();
  assert.deepEqual([error!.type, (error!.object as Json).code], ["ERROR", 410]);
  await third.close();
});

test("what only a hostile client sends is refused, not stumbled over", async () => {
  const { call, json, close } = await server();
  assert.equal((await call(`__proto__ ${CONFIG_MAPS}`)).status, 405);
  const untyped = [{ toString: false }];
  const made = await json(`POST ${CONFIG_MAPS}`, { ...configMap("a"), kind: untyped });
  assert.equal(
    made.message,
    'the object provided is unrecognized (must be of type ConfigMap): couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go struct field .kind of type string ({"metadata":{"name":"a"},"data ...)',
  );
  const APPLY = { "content-type": "application/apply-patch+yaml" };
  const applied = await json(
    `PATCH ${CONFIG_MAPS}/a?fieldManager=x`,
    { apiVersion: untyped, kind: "ConfigMap" },
    APPLY,
  );
  assert.equal(applied.message, "invalid object type: /, Kind=ConfigMap");
  const PROTOBUF = { "content-type": "application/vnd.kubernetes.protobuf" };
  assert.equal((await json(`DELETE ${CONFIG_MAPS}`, "no message", PROTOBUF)).code, 400);
  const limits = { limits: [{ type: "Container", max: JSON.parse('{"__proto__":"1"}'), min: { cpu: "1" } }] };
  const limited = await json("POST /api/v1/namespaces/default/limitranges", { metadata: { name: "a" }, spec: limits });
  assert.equal(limited.code, 422);
  await close();
});

test("an empty list counts as a change where the original tells it from none, and only there", async () => {
  const { json, close } = await server();
  const policies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
  await json(`POST ${policies}`, { metadata: { name: "n" }, spec: { podSelector: {} } });
  const egress = await json(`PATCH ${policies}/n`, { spec: { egress: [] } }, MERGE);
  assert.deepEqual([egress.metadata.generation, egress.spec.egress], [2, undefined]);
  const metadata = await json(`PATCH ${policies}/n`, { metadata: { labels: {} } }, MERGE);
  assert.equal(metadata.metadata.generation, 2);
  const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
  await json(`POST ${budgets}`, { metadata: { name: "b" }, spec: { selector: {} } });
  const same = await json(`PATCH ${budgets}/b`, { spec: { selector: { matchLabels: {} } } }, MERGE);
  assert.equal(same.metadata.generation, 1);
  await close();
});

test("a message shows what was given empty as it was given", async () => {
  const { json, close } = await server();
  const deployment = (labels?: Json) => ({
    metadata: { name: "d" },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } },
    },
  });
  const post = (labels?: Json) => json("POST /apis/apps/v1/namespaces/default/deployments", deployment(labels));
  assert.match((await post({})).message, /labels: Invalid value: {}: /);
  assert.match((await post()).message, /labels: Invalid value: null: /);
  await close();
});

test("who resizes manages all that was sent, though only resources change", async () => {
  const { json, close } = await server();
  await json("POST /api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  const pods = "/api/v1/namespaces/default/pods";
  await json(`POST ${pods}`, { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "old" }] } });
  const patch = { spec: { containers: [{ name: "c", image: "new" }] } };
  const strategic = { "content-type": "application/strategic-merge-patch+json" };
  const pod = await json(`PATCH ${pods}/p/resize?fieldManager=m`, patch, strategic);
  assert.equal(pod.spec.containers[0].image, "old");
  const entry = pod.metadata.managedFields.find(({ subresource }: Json) => subresource === "resize");
  assert.deepEqual(entry.fieldsV1, { "f:spec": { "f:containers": { 'k:{"name":"c"}': { "f:image": {} } } } });
  await close();
});

test("a changed schema changes how what is stored looks", async () => {
  const { json, clock, close } = await server();
  const properties = (names: string[]) => ({
    spec: { type: "object", properties: Object.fromEntries(names.map((name) => [name, { type: "integer" }])) },
  });
  const version = (names: string[]) => ({
    name: "v1",
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: "object", properties: properties(names) } },
  });
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const names = { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" };
  const spec = { group: "x.example", scope: "Cluster", names, versions: [version(["a", "b"])] };
  await json(`POST ${definitions}`, { metadata: { name: "things.x.example" }, spec });
  await clock.advance(1000);
  const thing = { apiVersion: "x.example/v1", kind: "Thing", metadata: { name: "t" }, spec: { a: 1, b: 2 } };
  assert.deepEqual((await json("POST /apis/x.example/v1/things", thing)).spec, { a: 1, b: 2 });
  assert.deepEqual((await json("GET /apis/x.example/v1/things/t")).spec, { a: 1, b: 2 });
  await json(`PATCH ${definitions}/things.x.example`, { spec: { versions: [version(["b"])] } }, MERGE);
  await clock.advance(1000);
  assert.deepEqual((await json("GET /apis/x.example/v1/things/t")).spec, { b: 2 });
  await close();
});

test("a new object in a dry run keeps the version that it came with", async () => {
  const { json, close } = await server();
  const made = await json(`POST ${CONFIG_MAPS}?dryRun=All`, { metadata: { name: "a", resourceVersion: "5" } });
  assert.equal(made.metadata.resourceVersion, "5");
  await close();
});

test("a replication controller that is gone at once is answered for with a Status", async () => {
  const { json, close } = await server();
  const path = "/api/v1/namespaces/default/replicationcontrollers";
  const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
  await json(`POST ${path}`, { metadata: { name: "a" }, spec: { selector: { a: "b" }, template } });
  assert.equal((await json(`DELETE ${path}/a?propagationPolicy=Background`)).kind, "Status");
  await close();
});
