import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cryptoRandom, realClock, silentLog } from "../../base/index.ts";
import type { Change, Entry, Revision, Store } from "../store.ts";
import { openEmbeddedStore } from "./embedded.ts";

/** The long mode: NAVARCH_KILLS=200. */
const KILLS = Number(process.env.NAVARCH_KILLS ?? 20);
const WRITER = join(import.meta.dirname, "testdata", "writer.ts");

interface Acknowledged {
  readonly key: string;
  /** Of its writer; negative for a delete. */
  readonly count: number;
  readonly revision: number;
}

/** A process that writes once it is told to. It is started early: loading its program takes longer than all else. */
class Writer {
  readonly #child;
  #output = "";

  constructor(directory: string, round: number) {
    this.#child = spawn(process.execPath, [WRITER, directory, String(round)], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdin.on("error", () => {});
    this.#child.stdout.setEncoding("utf8");
  }

  /** Lets it write and kills it somewhere in its work; returns what it said was acknowledged. */
  async writeAndKill(afterBytes: number): Promise<Acknowledged[]> {
    this.#child.stdout.on("data", (chunk: string) => {
      this.#output += chunk;
      if (this.#output.length >= afterBytes) this.#child.kill("SIGKILL");
    });
    this.#child.stdin.write("go");
    const [code, signal] = await once(this.#child, "close");
    assert.deepEqual([code, signal], [null, "SIGKILL"]);
    // The last line may be cut: then nobody was told.
    return this.#output
      .slice(0, this.#output.lastIndexOf("\n"))
      .split("\n")
      .map((line) => line.split(" "))
      .map(([key, count, revision]) => ({ key: key!, count: Number(count), revision: Number(revision) }));
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }
}

/** Everything that was ever acknowledged, and what a store that was opened again must hold because of it. */
class AcknowledgedHistory {
  readonly #byRevision = new Map<Revision, Acknowledged>();
  readonly #newest = new Map<string, Acknowledged>();
  /** Keys that came to the disk, answered or not. */
  readonly #written = new Set<string>();
  #last: Revision = 1;
  /** Where the store was when it was looked at: what comes later is newer. */
  #seen: Revision = 1;

  add(write: Acknowledged): void {
    assert.ok(!this.#byRevision.has(write.revision), `revision ${write.revision} was given twice`);
    assert.ok(write.revision > this.#seen, `revision ${write.revision} is given again`);
    this.#byRevision.set(write.revision, write);
    this.#written.add(write.key);
    this.#isNow(write);
    this.#last = Math.max(this.#last, write.revision);
  }

  #isNow(write: Acknowledged): void {
    const known = this.#newest.get(write.key);
    if (!known || known.revision < write.revision) this.#newest.set(write.key, write);
  }

  async compare(store: Store): Promise<void> {
    const { revision, compactRevision } = await store.status();
    assert.ok(revision >= this.#last, `the store is at ${revision}, ${this.#last} was acknowledged`);
    this.#seen = revision;
    const changes = await changesAfter(store, compactRevision, revision);
    const touched = new Map<string, Revision>();
    for (const [at, change] of changes) {
      const write = this.#byRevision.get(at);
      const found = change.type === "put" ? { key: change.entry.key, count: countOf(change.entry) } : change;
      touched.set(found.key, at);
      this.#written.add(found.key);
      // Nobody was told of it, and it is on disk: from now on it has to stay there.
      if (!write)
        this.#isNow({ key: found.key, count: change.type === "put" ? countOf(change.entry) : -1, revision: at });
      if (!write) continue;
      assert.equal(found.key, write.key, `at revision ${at}`);
      if (change.type === "put") assert.equal(countOf(change.entry), write.count, `at revision ${at}`);
      else assert.ok(write.count < 0, `revision ${at} was a put and is a delete`);
    }
    for (const at of this.#byRevision.keys()) {
      if (at > compactRevision) assert.ok(changes.has(at), `history has lost revision ${at}`);
      // History won't tell of it any more; its key does.
      else this.#byRevision.delete(at);
    }
    const { entries } = await store.range({ start: "/", end: "0" });
    const current = new Map(entries.map((entry) => [entry.key, entry]));
    for (const write of this.#newest.values()) this.#compareKey(write, current.get(write.key), touched);
    // What was written since the last time is in history unless compaction came between: then its key is all that is known.
    for (const { key, modRevision } of entries)
      assert.ok(this.#written.has(key) || modRevision <= compactRevision, `${key} was never written`);
  }

  /** A key is as its newest acknowledged write left it, or as a later one that got no answer did. */
  #compareKey(write: Acknowledged, entry: Entry | undefined, touched: ReadonlyMap<string, Revision>): void {
    const said = `${write.key} was acknowledged at ${write.revision} with ${write.count}`;
    if (!entry) return assert.ok(write.count < 0 || (touched.get(write.key) ?? 0) > write.revision, said);
    if (entry.modRevision === write.revision) return assert.equal(countOf(entry), write.count, said);
    assert.ok(entry.modRevision > write.revision && countOf(entry) > Math.abs(write.count), said);
  }
}

/** The number in a value, once all of the value is there. */
function countOf({ value }: Entry): number {
  const text = Buffer.from(value).toString();
  const count = Number(text.split(":")[0]);
  assert.equal(text, `${count}:${"x".repeat((count * 37) % 900)}`);
  return count;
}

async function changesAfter(store: Store, from: Revision, to: Revision): Promise<Map<Revision, Change>> {
  const found = new Map<Revision, Change>();
  await new Promise<void>((resolve, reject) => {
    const watch = store.watch(
      { start: "/", end: "0", from: from + 1 },
      {
        changes: (changes, revision) => {
          assert.equal(changes.length, 1);
          found.set(revision, changes[0]!);
        },
        progress: () => {
          watch.close();
          resolve();
        },
        closed: reject,
      },
    );
    watch.requestProgress();
  });
  // A store that was never compacted begins at revision 1, which wrote nothing.
  assert.equal(found.size, to - Math.max(from, 1), "revisions are missing");
  return found;
}

test(`kill -9 under load, ${KILLS} times, loses no acknowledged write`, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "navarch-kill-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const random = cryptoRandom();
  const history = new AcknowledgedHistory();
  let next = new Writer(directory, 0);
  t.after(() => next[Symbol.dispose]());
  for (let round = 0; round < KILLS; round++) {
    const writer = next;
    next = new Writer(directory, round + 1);
    const afterBytes = 1 + random.int(150_000);
    const acknowledged = await writer.writeAndKill(afterBytes);
    assert.ok(acknowledged.length > 0);
    for (const write of acknowledged) history.add(write);
    await using store = await openEmbeddedStore({ directory, clock: realClock(), log: silentLog });
    await history.compare(store).catch((error) => {
      throw new Error(`round ${round}, killed after ${afterBytes} bytes`, { cause: error });
    });
  }
});
