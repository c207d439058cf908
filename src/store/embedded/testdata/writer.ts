/** Writes with many writers at once until it is killed, and says on standard output what was acknowledged. */
import { writeSync } from "node:fs";
import { realClock, silentLog } from "../../../base/index.ts";
import { openEmbeddedStore } from "../embedded.ts";

const WRITERS = 32;
const [directory = "", round = ""] = process.argv.slice(2);

const store = await openEmbeddedStore({
  directory,
  clock: realClock(),
  log: silentLog,
  compactIntervalMs: 20,
  segmentBytesMax: 256 * 1024,
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

async function writer(number: number): Promise<void> {
  for (let count = 0; ; count++) {
    const key = `/${round}/${number}/${count % 50}`;
    const value = Buffer.from(`${count}:${"x".repeat((count * 37) % 900)}`);
    const { revision } = await store.transact({ compare: [], success: [{ type: "put", key, value }], failure: [] });
    say(`${key} ${count} ${revision}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
