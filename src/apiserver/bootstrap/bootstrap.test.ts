import assert from "node:assert/strict";
import { test } from "node:test";
import { type FlowSchema, groupVersion } from "../../api/index.ts";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { danglingOf } from "../flow/dangling.ts";
import { createApiServer } from "../index.ts";
import { OBJECTS } from "./bootstrap.ts";

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    managedFields: readonly { readonly manager: string; readonly subresource?: string }[];
  };
  readonly status?: { readonly conditions?: readonly object[] };
}

async function server() {
  const scope = Scope.logging(silentLog);
  const store = openMemoryStore();
  const { handle, ready } = createApiServer({
    store,
    clock: new VirtualClock(),
    random: seededRandom(1),
    log: silentLog,
    scope,
  });
  await ready;
  const identity = { name: "admin", groups: ["system:masters"] };
  const call = async (method: string, url: string, value?: unknown): Promise<Item> => {
    const [path = "", query = ""] = url.split("?");
    const body =
      value === undefined
        ? ({ type: "none" } as const)
        : ({ type: "bytes", bytes: new TextEncoder().encode(JSON.stringify(value)) } as const);
    const { signal } = new AbortController();
    const answer = await handle({ method, path, query, headers: {}, body, peer: { address: "", identity }, signal });
    return JSON.parse(new TextDecoder().decode((answer.body as { bytes: Uint8Array }).bytes)) as Item;
  };
  return { call, close: () => scope.close() };
}

/** Without what differs each time, and without statuses and their managers, which come later; the order of fields counts. */
function lasting(object: object): string {
  const { status: _, ...rest } = structuredClone(object) as Item;
  rest.metadata.managedFields = rest.metadata.managedFields.filter(({ subresource }) => subresource === undefined);
  return JSON.stringify(rest, (key, value: unknown) => (["uid", "resourceVersion"].includes(key) ? undefined : value));
}

test("the objects of a new cluster are stored as creating them would leave them", async () => {
  const { call, close } = await server();
  let compared = 0;
  for (const [kind, items] of OBJECTS)
    for (const item of items as readonly Item[]) {
      const { name, namespace, managedFields } = item.metadata;
      const within = namespace ? `namespaces/${namespace}/` : "";
      const path = `/${kind.group ? "apis" : "api"}/${groupVersion(kind)}/${within}${kind.plural}`;
      const there = await call("GET", `${path}/${name}`);
      // Of the versions that are served only where they are asked for.
      if (kind.kind === "APIService" && there.metadata.name !== name) continue;
      const given = { ...item, status: undefined, metadata: { ...item.metadata, managedFields: undefined } };
      // The namespaces of a cluster can't be deleted, so theirs is made under another name and not kept.
      const isNamespace = kind.kind === "Namespace";
      // Nobody says of a namespace that it is finalized: that comes with it.
      if (isNamespace) Object.assign(given, { metadata: { ...given.metadata, name: `${name}-x` }, spec: undefined });
      else await call("DELETE", `${path}/${name}`);
      const query = `fieldManager=${managedFields.find((one) => one.subresource === undefined)!.manager}${isNamespace ? "&dryRun=All" : ""}`;
      const made = await call("POST", `${path}?${query}`, given);
      assert.ok(made.metadata.managedFields, JSON.stringify(made));
      assert.equal(lasting(made).replaceAll(`${name}-x`, name), lasting(there), `${kind.kind} ${name}`);
      compared++;
    }
  assert.ok(compared > 150, `${compared} compared`);
  await close();
});

test("what a new cluster holds has uids, times and the conditions of local API services", async () => {
  const { call, close } = await server();
  const service = (await call("GET", "/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")) as Item & {
    metadata: { uid: string; creationTimestamp: string };
  };
  assert.match(service.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.match(service.metadata.creationTimestamp, /^\d{4}-/);
  assert.equal(service.metadata.managedFields.length, 1);
  assert.match(JSON.stringify(service.status), /"status":"True","lastTransitionTime":"\d{4}-[^"]*","reason":"Local"/);
  await close();
});

test("the conditions of a new cluster's flow schemas need no correction", async () => {
  const { call, close } = await server();
  const { items } = (await call("GET", "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas")) as unknown as {
    items: readonly FlowSchema[];
  };
  const levels = new Set(items.map(({ spec }) => spec.priorityLevelConfiguration.name));
  for (const schema of items) {
    const { lastTransitionTime: _, ...condition } = schema.status.conditions![0]!;
    assert.deepEqual(condition, danglingOf(schema, levels));
    assert.equal(schema.metadata.managedFields!.length, 2);
  }
  await close();
});
