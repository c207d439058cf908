/**
 * Once its standard input has something to read, writes with many writers at once until it is killed, and says on standard
 * output what was acknowledged.
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { realClock, silentLog } from "../../../base/index.ts";
import { openEmbeddedStore } from "../embedded.ts";

const WRITERS = 32;
/** Counts of a round begin behind those of all rounds before it. */
const ROUND_COUNTS = 1_000_000;
const [directory = "", round = ""] = process.argv.slice(2);

await once(process.stdin, "data");
process.stdin.destroy();

const store = await openEmbeddedStore({
  directory,
  clock: realClock(),
  log: silentLog,
  // A compaction every few milliseconds, and files that are small enough for each to have several behind it.
  compactIntervalMs: 100,
  segmentBytesMax: 32 * 1024,
});

/** At once, for a kill to find it in the pipe and not in this process. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, line);
      return;
    } catch (error) {
      // The reader is behind.
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
    }
  }
}

/** Puts, and every tenth time deletes what it has just put. A line is key, count (negative for a delete), revision. */
async function writer(number: number): Promise<void> {
  for (let count = Number(round) * ROUND_COUNTS + 1; ; count++) {
    const isDelete = count % 10 === 0;
    const key = `/${number}/${(isDelete ? count - 1 : count) % 50}`;
    const value = Buffer.from(`${count}:${"x".repeat((count * 37) % 900)}`);
    const operation = isDelete ? ({ type: "delete", key } as const) : ({ type: "put", key, value } as const);
    const { revision } = await store.transact({ compare: [], success: [operation], failure: [] });
    say(`${key} ${isDelete ? -count : count} ${revision}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
