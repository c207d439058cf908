import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cryptoRandom, realClock, silentLog } from "../../base/index.ts";
import { openEmbeddedStore } from "./embedded.ts";

const KILLS = 20;
const WRITER = join(import.meta.dirname, "testdata", "writer.ts");

interface Acknowledged {
  readonly key: string;
  readonly count: number;
  readonly revision: number;
}

/** Runs the writer and kills it somewhere in its work; returns what it said was acknowledged. */
async function writeAndKill(directory: string, round: number, afterBytes: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [WRITER, directory, String(round)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    if (output.length >= afterBytes) child.kill("SIGKILL");
  });
  const [code, signal] = await once(child, "close");
  assert.deepEqual([code, signal], [null, "SIGKILL"]);
  // The last line may be cut: then nobody was told.
  return output
    .slice(0, output.lastIndexOf("\n"))
    .split("\n")
    .map((line) => line.split(" "))
    .map(([key, count, revision]) => ({ key: key!, count: Number(count), revision: Number(revision) }));
}

test(`kill -9 under load, ${KILLS} times, loses no acknowledged write`, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "navarch-kill-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const random = cryptoRandom();
  const newest = new Map<string, Acknowledged>();
  let last = 1;
  for (let round = 0; round < KILLS; round++) {
    const afterBytes = 1 + random.int(150_000);
    const acknowledged = await writeAndKill(directory, round, afterBytes);
    assert.ok(acknowledged.length > 0);
    for (const write of acknowledged) newest.set(write.key, write);
    last = Math.max(last, ...acknowledged.map(({ revision }) => revision));
    await using store = await openEmbeddedStore({ directory, clock: realClock(), log: silentLog });
    assert.ok((await store.revision()) >= last, `round ${round}, killed after ${afterBytes} bytes`);
    last = await store.revision();
    for (const { key, count, revision } of newest.values()) {
      const { entry } = await store.get(key);
      const said = `${key} was acknowledged at ${revision} with ${count}, killed after ${afterBytes} bytes`;
      assert.ok(entry, said);
      // A later write of the key may have come to the disk without an answer.
      const found = Number(Buffer.from(entry.value).toString().split(":")[0]);
      assert.ok(entry.modRevision > revision ? found > count : entry.modRevision === revision && found === count, said);
    }
  }
});
