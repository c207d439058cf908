import { join, resolve } from "node:path";
import { defaultDataDirectory } from "../cluster/index.ts";
import { runningPid } from "./down.ts";

/** `navarch status`: exit code 0 when a cluster runs, 3 when none does. */
export async function statusCommand({ dataDir }: { readonly dataDir?: string }): Promise<number> {
  const directory = resolve(dataDir ?? defaultDataDirectory(process.getuid?.() === 0));
  const pid = await runningPid(directory);
  if (pid === undefined) {
    process.stdout.write(`No cluster runs in ${directory}.\n`);
    return 3;
  }
  process.stdout.write(
    `A cluster runs in ${directory} (process ${pid}).\n  export KUBECONFIG=${join(directory, "kubeconfig")}\n`,
  );
  return 0;
}
