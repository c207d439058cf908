import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore, type Store, StoreError, type WatchSink } from "../../store/index.ts";
import { server } from "../testing/requests.ts";

const WATCHED_PATHS = {
  definition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  schema: "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
  service: "/apis/apiregistration.k8s.io/v1/apiservices",
};

const DEFINITION = {
  metadata: { name: "things.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "things", kind: "Thing" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};
const SCHEMA = {
  metadata: { name: "s" },
  spec: { matchingPrecedence: 100, priorityLevelConfiguration: { name: "none" } },
};
const SERVICE = {
  metadata: { name: "v1.other.example" },
  spec: {
    group: "other.example",
    version: "v1",
    groupPriorityMinimum: 100,
    versionPriority: 100,
    service: { namespace: "default", name: "none" },
  },
};

test("what the server keeps true it keeps true again after its store was out of reach", async () => {
  const { store, fail, recover } = failing(openMemoryStore());
  const { call, json, clock, close } = await server(store);
  fail();
  for (let second = 0; second < 10; second++) await clock.advance(1_000);
  recover();
  await clock.advance(5_000);
  assert.equal((await call(`POST ${WATCHED_PATHS.definition}`, DEFINITION)).status, 201);
  assert.equal((await call(`POST ${WATCHED_PATHS.schema}`, SCHEMA)).status, 201);
  assert.equal((await call(`POST ${WATCHED_PATHS.service}`, SERVICE)).status, 201);
  for (let second = 0; second < 10; second++) await clock.advance(1_000);
  const conditions = async (path: string) => {
    const { status } = await json(`GET ${path}`);
    const found: { type: string; status: string; reason: string }[] = status?.conditions ?? [];
    return found.map((one) => `${one.type} ${one.status} ${one.reason}`);
  };
  assert.deepEqual(await conditions(`${WATCHED_PATHS.schema}/s`), ["Dangling True NotFound"]);
  assert.deepEqual(await conditions(`${WATCHED_PATHS.service}/v1.other.example`), ["Available False ServiceNotFound"]);
  assert.deepEqual(await conditions(`${WATCHED_PATHS.definition}/things.example.com`), [
    "NamesAccepted True NoConflicts",
    "Established True InitialNamesAccepted",
  ]);
  // Whose versions get API services.
  assert.equal((await call(`GET ${WATCHED_PATHS.service}/v1.example.com`)).status, 200);
  await close();
});

/** A store that can be put out of reach: its watches end, and calls fail. */
function failing<S extends Store>(
  whole: S,
): { readonly store: S; readonly fail: () => void; readonly recover: () => void } {
  const sinks = new Set<WatchSink>();
  const error = new StoreError("unavailable", "ask store: it is out of reach");
  let isDown = false;
  const store = new Proxy(whole, {
    get(_, name) {
      const value = Reflect.get(whole, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "watch") {
          const sink = args[1] as WatchSink;
          sinks.add(sink);
          if (isDown) queueMicrotask(() => sink.closed(error));
        } else if (isDown) return Promise.reject(error);
        return value.apply(whole, args);
      };
    },
  });
  return {
    store,
    fail() {
      isDown = true;
      for (const sink of sinks) sink.closed(error);
      sinks.clear();
    },
    recover() {
      isDown = false;
    },
  };
}
