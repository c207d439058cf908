import { cryptoRandom, realClock, Scope } from "../base/index.ts";
import {
  cleanupProxy,
  type Component,
  type ComponentEnvironment,
  describeFlags,
  FLAG_TABLES,
  parseFlags,
  releaseStartGarbage,
  type RunningComponent,
  STARTERS,
} from "../cluster/components/index.ts";
import { logToFile, untilStopped } from "./process.ts";

const STDERR = 2;

/** `navarch COMPONENT`: one component in this process until a signal. */
export async function componentCommand(component: Component, words: readonly string[]): Promise<number> {
  const table = FLAG_TABLES[component];
  if (words.includes("--help") || words.includes("-h")) {
    process.stdout.write(`Usage: navarch ${component} [flags]\n\n${describeFlags(table)}`);
    return 0;
  }
  const flags = parseFlags(words, { component, table });
  const log = logToFile(STDERR, flags.v);
  if ("cleanup" in flags && flags.cleanup) {
    await cleanupProxy(flags, { log });
    return 0;
  }
  const scope = Scope.logging(log);
  const environment = { clock: realClock(), random: cryptoRandom(), log, scope };
  const stopped = untilStopped();
  try {
    const start = STARTERS[component] as (
      flags: object,
      environment: ComponentEnvironment,
    ) => Promise<RunningComponent>;
    const { ready } = await Promise.race([
      start(flags, environment),
      stopped.then(() => ({ ready: Promise.resolve() })),
    ]);
    log.info("Component started", { component });
    ready.then(
      () => {
        log.info("Component ready", { component });
        scope.spawn("memory of the start", (signal) => releaseStartGarbage({ clock: environment.clock, signal }));
      },
      () => {},
    );
    await stopped;
  } finally {
    await scope.close();
  }
  return 0;
}
