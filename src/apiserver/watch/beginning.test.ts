import assert from "node:assert/strict";
import { test } from "node:test";
import { server } from "../testing/requests.ts";

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const MAPS = "/api/v1/namespaces/default/configmaps";

async function started() {
  const { call, ...rest } = await server();
  const first = async (target: string, headers = {}) => {
    const { status, body } = await call(`GET ${target}`, undefined, headers);
    assert.deepEqual([status, body.type], [200, "stream"]);
    const chunks = (body as { chunks: AsyncIterable<Uint8Array> }).chunks[Symbol.asyncIterator]();
    const { value, done } = await chunks.next();
    await chunks.return?.();
    return done ? undefined : JSON.parse(new TextDecoder().decode(value));
  };
  return { ...rest, call, first };
}

test("a bookmark is an object that says nothing but has all that its kind always has", async () => {
  const { first, close } = await started();
  const { type, object } = await first(`${DEPLOYMENTS}?watch=1&allowWatchBookmarks=true`);
  assert.equal(type, "BOOKMARK");
  assert.deepEqual(object.spec, {
    replicas: 0,
    selector: null,
    template: { metadata: {}, spec: { containers: null } },
    strategy: {},
  });
  const { object: table } = await first(`${DEPLOYMENTS}?watch=1&allowWatchBookmarks=true`, TABLE);
  assert.deepEqual(table.rows[0].cells, ["", "0/0", 0, 0, "<unknown>", "", "", ""]);
  await close();
});

test("a watch from a version that isn't there yet, of what there is, begins and tells that", async () => {
  const { first, clock, close } = await started();
  const sent = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99999";
  const told = first(`${MAPS}?${sent}`);
  await clock.advance(5_000);
  const { type, object } = await told;
  assert.deepEqual([type, object.code], ["ERROR", 504]);
  await close();
});

test("a watch whose time is below zero is over, and so is one that is to be told lists when there is something", async () => {
  const { first, json, close } = await started();
  await json(`POST ${MAPS}`, { metadata: { name: "a" } });
  assert.equal(await first(`${MAPS}?watch=1&timeoutSeconds=-1`), undefined);
  const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
  assert.equal(await first(`${MAPS}?watch=1`, { accept }), undefined);
  await close();
});

test("whoever asks for deletions by version or uid in the query gets no others", async () => {
  const { call, json, close } = await started();
  await json(`POST ${MAPS}`, { metadata: { name: "a" } });
  for (const query of ["resourceVersion=1", "uid=x"]) {
    assert.equal((await call(`DELETE ${MAPS}/a?${query}`)).status, 409, query);
    assert.equal((await call(`DELETE ${MAPS}?${query}`)).status, 409, query);
  }
  await close();
});
