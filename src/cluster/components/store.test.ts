import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { realClock, Scope, silentLog } from "../../base/index.ts";
import { openStore } from "./store.ts";

const environment = (scope: Scope) => ({ clock: realClock(), log: silentLog, scope });

test("leases and events of a store of our own may be relaxed: it reserves revisions for them", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "navarch-relaxed-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const logBytes = () =>
    readdirSync(directory)
      .filter((name) => name.startsWith("log-"))
      .reduce((sum, name) => sum + readFileSync(join(directory, name)).length, 0);
  const sizes: number[] = [];
  for (const words of [undefined, ["leases", "events"]]) {
    await using scope = Scope.logging(silentLog);
    const flags = words ? { "relaxed-durability": words } : {};
    await openStore({ type: "embedded", directory }, { ...environment(scope), flags });
    sizes.push(logBytes());
  }
  assert.ok(sizes[1]! > sizes[0]!);
});

test("a store that isn't our own takes no relaxed writes", async () => {
  await using scope = Scope.logging(silentLog);
  const flags = { "relaxed-durability": ["leases"] };
  for (const wanted of [{ type: "memory" }, { type: "etcd", endpoints: ["http://127.0.0.1:1"] }] as const)
    await assert.rejects(openStore(wanted, { ...environment(scope), flags }), /--relaxed-durability is given for/);
  const wrong = { "relaxed-durability": ["pods"] };
  await assert.rejects(openStore({ type: "memory" }, { ...environment(scope), flags: wrong }), /got "pods"/);
});
