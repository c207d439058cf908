import type { Host } from "./host.ts";
import { cgroupLayout, linuxCgroups, readMountInfo } from "./linux-cgroups.ts";
import { KernelLog } from "./kernel-log.ts";
import { linuxFiles } from "./linux-files.ts";
import { linuxLinks } from "./linux-links.ts";
import { linuxFacts, linuxUsage } from "./linux-machine.ts";
import { linuxMounts } from "./linux-mounts.ts";
import { linuxNetwork } from "./linux-network.ts";

/** The machine that this process runs on. */
export async function linuxHost(): Promise<Host> {
  const layout = cgroupLayout(await readMountInfo());
  const kernelLog = new KernelLog();
  return {
    files: linuxFiles(),
    mounts: linuxMounts(),
    cgroups: linuxCgroups(layout),
    network: linuxNetwork(),
    links: linuxLinks(),
    facts: () => linuxFacts(layout.version),
    usage: (directory) => linuxUsage(directory),
    killedForMemory: (containerId) => kernelLog.killedForMemory(containerId),
  };
}
