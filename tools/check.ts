/** `npm run check`: types, format, lint, house rules, unit tests (not those named `x.system.test.ts`). */
import { globSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "./run.ts";

/** Only against a test that never ends: it counts for suites too. */
const TEST_TIMEOUT_MS = 900_000;
const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);
const STEPS: readonly (readonly [string, string, readonly string[]])[] = [
  ["types", process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc")]],
  ["format and lint", bin("biome"), ["check", "--diagnostic-level=error", "."]],
  ["house rules", process.execPath, ["tools/tidy.ts"]],
  [
    "unit tests",
    process.execPath,
    // In one process: a process per file would import the same modules 150 times.
    ["--test", "--test-isolation=none", `--test-timeout=${TEST_TIMEOUT_MS}`, "--test-reporter=spec", ...unitTests()],
  ],
];

let failed = false;
// All at once, told in their order: the tests take longest, and leave a second core to the rest.
const running = STEPS.map(async ([name, command, args]) => {
  const startMs = performance.now();
  const { code, output } = await run(command, args);
  return { name, code, output, seconds: (performance.now() - startMs) / 1000 };
});
for (const step of running) {
  const { name, code, output, seconds } = await step;
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`);
  if (code !== 0 || name === "unit tests") console.log(output);
  failed ||= code !== 0;
}
// Leaving at once would lose what a slow reader hasn't taken of the output yet.
process.exitCode = failed ? 1 : 0;

function unitTests(): string[] {
  const options = { cwd: ROOT, exclude: ["**/*.system.test.ts"] };
  return globSync(["src/**/*.test.ts", "tools/**/*.test.ts"], options).sort();
}
