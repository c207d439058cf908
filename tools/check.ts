/** `npm run check`: types, format, lint, house rules, unit tests. */
import { run, ROOT } from "./run.ts";
import { join } from "node:path";

const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);
const STEPS: readonly (readonly [string, string, readonly string[]])[] = [
  ["types", process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc")]],
  ["format and lint", bin("biome"), ["check", "--diagnostic-level=error", "."]],
  ["house rules", process.execPath, ["tools/tidy.ts"]],
  [
    "unit tests",
    process.execPath,
    ["--test", "--test-timeout=120000", "--test-reporter=spec", "src/**/*.test.ts", "tools/**/*.test.ts"],
  ],
];

let failed = false;
for (const [name, command, args] of STEPS) {
  const startMs = performance.now();
  const { code, output } = await run(command, args);
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
  if (code !== 0 || name === "unit tests") console.log(output);
  failed ||= code !== 0;
}
process.exit(failed ? 1 : 0);
