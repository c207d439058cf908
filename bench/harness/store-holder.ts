/** A process that has an embedded store open in it and does nothing else, for its memory to be looked at. */
import { realClock, silentLog } from "../../src/base/index.ts";
import { openEmbeddedStore } from "../../src/store/index.ts";

const [directory = ""] = process.argv.slice(2);
await using store = await openEmbeddedStore({ directory, clock: realClock(), log: silentLog });
process.stdout.write(`revision ${await store.revision()}\n`);
await new Promise((resolve) => process.stdin.once("end", resolve).resume());
