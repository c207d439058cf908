/**
 * The tests of whole systems, which `npm test` runs after the check: two files at a time, since most of them mostly wait
 * for something. What a file has of the machine (ports, directories, namespaces) is its own.
 */
import { globSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { ROOT } from "./run.ts";

const FILES = ["src/**/*.system.test.ts", "test/**/*.test.ts"];
/** They take longest: begun last, one of them would run alone for minutes. */
const FIRST = ["test/ha/servers.test.ts", "test/e2e/clients.test.ts"];
/** Only against a test that never ends: it counts for whole files, and those that build Go programs take their time. */
const TIMEOUT_MS = 1_800_000;

const found = globSync(FILES, { cwd: ROOT }).sort();
const files = [...FIRST, ...found.filter((file) => !FIRST.includes(file))];
const results = run({ files, cwd: ROOT, concurrency: 2, timeout: TIMEOUT_MS });
results.on("test:fail", () => {
  process.exitCode = 1;
});
results.compose(spec).pipe(process.stdout);
