import { resolve } from "node:path";
import { realClock } from "../base/index.ts";
import { defaultDataDirectory, purgeDataDirectory, removeNode, runningPid } from "../cluster/index.ts";

const WAIT_MS = 15_000;
const POLL_MS = 50;

/** `navarch down`: ends the server, then everything that it left on the machine. */
export async function downCommand({
  dataDir,
  purge,
}: {
  readonly dataDir?: string;
  readonly purge?: boolean;
}): Promise<number> {
  const clock = realClock();
  const isRoot = process.getuid?.() === 0;
  const directory = resolve(dataDir ?? defaultDataDirectory(isRoot));
  const pid = await runningPid(directory);
  if (pid !== undefined) {
    process.kill(pid, "SIGTERM");
    const untilMs = clock.monotonicMs() + WAIT_MS;
    while ((await runningPid(directory)) !== undefined && clock.monotonicMs() < untilMs) await clock.sleep(POLL_MS);
    if ((await runningPid(directory)) !== undefined) process.kill(pid, "SIGKILL");
  }
  if (isRoot) await removeNode(directory, clock);
  if (purge) await purgeDataDirectory(directory);
  process.stdout.write(
    pid === undefined
      ? `No cluster runs in ${directory}.\n`
      : `The cluster in ${directory} has ended${purge ? " and its data is deleted" : "; its data is kept"}.\n`,
  );
  return 0;
}
