import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../testing/requests.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, labels = {}) => ({ metadata: { name, labels } });
const view = (as: string, version = "v1", encoding = "json") => ({
  accept: `application/${encoding};as=${as};v=${version};g=meta.k8s.io`,
});

test("one object can't be shown as a list, and errors have no views", async () => {
  const { call, json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, configMap("a"));
  const { code, message } = await json(`GET ${CONFIG_MAPS}/a`, undefined, view("PartialObjectMetadataList"));
  const why = "you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)";
  assert.deepEqual([code, message], [406, why]);
  const list = await json(`GET ${CONFIG_MAPS}`, undefined, view("PartialObjectMetadata"));
  const back = "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)";
  assert.deepEqual([list.code, list.message], [406, back]);
  const missing = await call(`GET ${CONFIG_MAPS}/none`, undefined, view("Table", "v1", "yaml"));
  assert.deepEqual([missing.status, missing.headers["content-type"]], [404, "application/json"]);
  await close();
});

test("views are of the version that is asked for", async () => {
  const { json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, configMap("a"));
  const beta = "meta.k8s.io/v1beta1";
  const one = await json(`GET ${CONFIG_MAPS}/a`, undefined, view("PartialObjectMetadata", "v1beta1"));
  const all = await json(`GET ${CONFIG_MAPS}`, undefined, view("PartialObjectMetadataList", "v1beta1"));
  assert.deepEqual([one.apiVersion, all.apiVersion, all.items[0].apiVersion], [beta, beta, beta]);
  const version = await json(`GET ${CONFIG_MAPS}`, undefined, { accept: "application/json;v=v1" });
  assert.equal(version.code, 406);
  await close();
});

test("items of a list don't say their type, indented or not", async () => {
  const { json, close } = await server();
  await json(`POST ${CONFIG_MAPS}`, configMap("a"));
  const { items } = await json(`GET ${CONFIG_MAPS}?pretty=true`);
  assert.deepEqual(Object.keys(items[0]), ["metadata"]);
  await close();
});

test("no rows of a table with but a name and a time are null", async () => {
  const { json, close } = await server();
  const rows = async (path: string) => (await json(`GET ${path}`, undefined, view("Table"))).rows;
  assert.equal(await rows("/api/v1/namespaces/default/limitranges"), null);
  assert.deepEqual(await rows(CONFIG_MAPS), []);
  await close();
});

test("a page that is full goes on while anything follows, picked or not", async () => {
  const { json, close } = await server();
  for (const name of ["a", "b"]) await json(`POST ${CONFIG_MAPS}`, configMap(name, { on: name }));
  const version = (await json(`GET ${CONFIG_MAPS}`)).metadata.resourceVersion;
  for (const options of ["", `&resourceVersion=${version}&resourceVersionMatch=Exact`]) {
    const pageOf = async (label: string) =>
      (await json(`GET ${CONFIG_MAPS}?limit=1&labelSelector=on%3D${label}${options}`)).metadata;
    assert.ok((await pageOf("a")).continue, options);
    assert.equal((await pageOf("b")).continue, undefined, options);
  }
  await close();
});

test("a watch that can't be a stream is refused once all else is found well", async () => {
  const { json, close } = await server();
  const said = async (query: string) =>
    (await json(`GET ${CONFIG_MAPS}?watch=1&${query}`, undefined, view("Table", "v1", "yaml"))).code;
  assert.equal(await said("sendInitialEvents=true"), 422);
  assert.equal(await said("resourceVersion=0"), 406);
  await close();
});

test("what a deletion of many has deleted is shown as it is asked for", async () => {
  const { json, close } = await server();
  await json("POST /api/v1/namespaces/default/configmaps", { metadata: { name: "a" }, data: { x: "1", y: "2" } });
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const gone = await json("DELETE /api/v1/namespaces/default/configmaps?fieldSelector=metadata.name=a", undefined, {
    accept,
  });
  assert.deepEqual([gone.kind, gone.rows[0].cells.slice(0, 2)], ["Table", ["a", 2]]);
  await close();
});

test("a table of what is made for show alone has no version", async () => {
  const { json, close } = await server();
  const table = (await json(`POST ${CONFIG_MAPS}?dryRun=All`, configMap("a"), view("Table"))).metadata;
  const made = (await json(`POST ${CONFIG_MAPS}`, configMap("a"), view("Table"))).metadata;
  assert.deepEqual(table, {});
  assert.match(made.resourceVersion, /^[1-9]/);
  await close();
});
