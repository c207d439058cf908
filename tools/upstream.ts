/** `npm run upstream`: builds the original's API server and runs it on our etcd, and beside ours on a real one. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildKubeApiserver, VERSION } from "../test/upstream/build.ts";
import { ROOT, run } from "./run.ts";

const CACHE = join(ROOT, "node_modules/.cache/navarch/upstream");

const program = await kubeApiserver();
const { code } = await run(
  process.execPath,
  ["--test", "--test-timeout=600000", "--test-concurrency=1", "--test-reporter=spec", "test/upstream/*.test.ts"],
  { show: true, env: { KUBE_APISERVER: program } },
);
process.exit(code);

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
