/**
 * `npm run bench [-- NAME… [--scale 0.1] [--record]]`: measures whole-system scenarios and prints a table. `--record` keeps
 * it under bench/results/, with machine and commit. Never part of the tests; those run each scenario once, tiny.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { scenarios } from "../bench/all.ts";
import type { Row } from "../bench/harness/scenario.ts";
import { ROOT, run } from "./run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: "string", default: "1" }, record: { type: "boolean", default: false } },
});
const scale = Number(values.scale);
const unknown = positionals.filter((name) => !scenarios.some((one) => one.name === name));
if (!(scale > 0) || unknown.length > 0) {
  console.error(
    `bench: got ${unknown.join(" ") || `--scale ${values.scale}`}, wanted ${scenarios.map(({ name }) => name).join(", ")} and a scale above 0`,
  );
  process.exit(2);
}
const chosen = positionals.length > 0 ? scenarios.filter(({ name }) => positionals.includes(name)) : scenarios;
for (const { name, about, run: measure } of chosen) {
  console.log(`\n${name}: ${about}`);
  const rows = await measure(scale);
  for (const { what, value, unit } of rows) console.log(`  ${what.padEnd(52)} ${figure(value).padStart(10)} ${unit}`);
  if (values.record) await record(name, about, rows);
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

async function record(name: string, about: string, rows: readonly Row[]): Promise<void> {
  const commit = (await run("git", ["rev-parse", "--short", "HEAD"])).output.trim();
  const machine = `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
  const date = new Date().toISOString().slice(0, 10);
  const lines = [
    `# ${name}`,
    "",
    `${about}. ${date}, commit ${commit}, ${machine}${scale === 1 ? "" : `, scale ${scale}`}; load generator on the same machine.`,
    "",
    "| | |",
    "|---|--:|",
    ...rows.map(({ what, value, unit }) => `| ${what} | ${figure(value)} ${unit} |`),
    "",
  ];
  mkdirSync(join(ROOT, "bench", "results"), { recursive: true });
  writeFileSync(join(ROOT, "bench", "results", `${name}.md`), lines.join("\n"));
}
