/**
 * `npm run upstream [-- [--seed N] [--count N] [--filter RE] [FILE…]]`: builds the original's API server and runs it on our
 * etcd, and beside ours on a real one. The options are those of the differential tests.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildKubeApiserver, VERSION } from "../test/upstream/build.ts";
import { ROOT, run } from "./run.ts";

const CACHE = join(ROOT, "node_modules/.cache/navarch/upstream");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, count: { type: "string" }, filter: { type: "string" } },
});
const given = Object.entries(values).map(([name, value]) => [`DIFFERENTIAL_${name.toUpperCase()}`, value]);
const program = await kubeApiserver();
const { code } = await run(
  process.execPath,
  [
    "--test",
    "--test-timeout=3600000",
    "--test-concurrency=1",
    "--test-reporter=spec",
    ...(positionals.length > 0 ? positionals : ["test/upstream/**/*.test.ts"]),
  ],
  { show: true, env: { ...Object.fromEntries(given), KUBE_APISERVER: program } },
);
process.exitCode = code;

/** One that is given (KUBE_APISERVER) or the one that is built here. */
async function kubeApiserver(): Promise<string> {
  const given = process.env.KUBE_APISERVER;
  if (given) {
    if (existsSync(given)) return given;
    console.error(`KUBE_APISERVER is ${given}, wanted a program`);
    process.exit(2);
  }
  console.log(`Building kube-apiserver ${VERSION} in ${CACHE}; the first time that takes minutes and needs go`);
  return buildKubeApiserver(CACHE);
}
