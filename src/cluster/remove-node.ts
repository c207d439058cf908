import { join } from "node:path";
import { type Clock, silentLog } from "../base/index.ts";
import { removeRealNode } from "../kubelet/index.ts";
import { clearRules } from "../proxy/index.ts";

const TIMEOUT_MS = 120_000;

/** Takes everything away that a node of this data directory has left on the machine: containers, mounts, network, rules. */
export async function removeNode(dataDirectory: string, clock: Clock): Promise<void> {
  const abort = new AbortController();
  const timer = clock.timer(TIMEOUT_MS, () => abort.abort());
  try {
    await removeRealNode(
      { clock, log: silentLog },
      { containerdDirectory: join(dataDirectory, "containerd"), dataDirectory: join(dataDirectory, "kubelet") },
      abort.signal,
    );
    await clearRules(dataDirectory, silentLog);
  } finally {
    timer.cancel();
  }
}
