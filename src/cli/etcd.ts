import { realClock, Scope } from "../base/index.ts";
import { describeFlags, ETCD_FLAGS, parseFlags, startEtcd } from "../cluster/index.ts";
import { logToFile, untilStopped } from "./process.ts";

const STDERR = 2;

/** `navarch etcd`: the store of our own, served as an etcd until a signal. */
export async function etcdCommand(words: readonly string[]): Promise<number> {
  if (words.includes("--help") || words.includes("-h")) {
    process.stdout.write(`Usage: navarch etcd [flags]\n\n${describeFlags(ETCD_FLAGS)}`);
    return 0;
  }
  const flags = parseFlags(words, { component: "etcd", table: ETCD_FLAGS });
  const log = logToFile(STDERR, flags.v);
  const scope = Scope.logging(log);
  const stopped = untilStopped();
  try {
    const urls = await startEtcd(flags, { clock: realClock(), log, scope });
    log.info("Serving etcd", { urls });
    await stopped;
  } finally {
    await scope.close();
  }
  return 0;
}
