import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { openMemoryStore, type Store } from "../../store/index.ts";
import { createApiServer } from "../index.ts";
import { caller } from "../testing/requests.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

test("what a client has asked to be deleted and didn't wait for stays", async () => {
  const scope = Scope.logging(silentLog);
  const memory = openMemoryStore();
  const gone = new AbortController();
  let deletions = 0;
  const transact: Store["transact"] = memory.transact.bind(memory);
  const store = Object.assign(memory, {
    transact(txn: Parameters<Store["transact"]>[0]) {
      if (txn.success.some(({ type }) => type === "delete") && ++deletions === 2) gone.abort();
      return transact(txn);
    },
  });
  const { handle, ready } = createApiServer({
    store,
    clock: new VirtualClock(),
    random: seededRandom(1),
    log: silentLog,
    scope,
  });
  await ready;
  const call = caller(handle);
  for (const name of ["a", "b", "c", "d"]) await call(`POST ${MAPS}`, { metadata: { name } });
  const peer = { address: "", identity: { name: "admin", groups: ["system:masters"] } };
  await handle({
    method: "DELETE",
    path: MAPS,
    query: "",
    headers: {},
    body: { type: "none" },
    peer,
    signal: gone.signal,
  });
  assert.equal(deletions, 2);
  assert.equal((await call(`GET ${MAPS}/c`)).status, 200);
  await scope.close();
});
