import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Lease, Node } from "../api/index.ts";
import { parseTime } from "../base/index.ts";
import { answerOf } from "../client/index.ts";
import { defaultDataDirectory, type RunningState, runningPid } from "../cluster/index.ts";
import { openSession, type Session } from "./objects/connection.ts";

const NOT_RUNNING = 3;
const NOT_ANSWERING = 4;

/** `navarch status`: the parts of a cluster and its nodes. Exit code 0 when it serves, 3 when none runs, 4 when it doesn't answer. */
export async function statusCommand({ dataDir }: { readonly dataDir?: string }): Promise<number> {
  const directory = resolve(dataDir ?? defaultDataDirectory(process.getuid?.() === 0));
  const pid = await runningPid(directory);
  if (pid === undefined) {
    process.stdout.write(`No cluster runs in ${directory}.\n`);
    return NOT_RUNNING;
  }
  const kubeconfig = join(directory, "kubeconfig");
  process.stdout.write(`A cluster runs in ${directory} (process ${pid}).\n`);
  if (!existsSync(join(directory, "running.json"))) {
    process.stdout.write("  It is still starting.\n");
    return NOT_ANSWERING;
  }
  const { parts } = JSON.parse(readFileSync(join(directory, "running.json"), "utf8")) as RunningState;
  await using session = openSession({ kubeconfig });
  const problem = await apiServerProblem(session);
  const lines = [["API server", problem ?? `ready at ${session.server}`]];
  // What shares the API server's process lives as long as it does.
  lines.push(...parts.filter((part) => part !== "API server").map((part) => [part, "running"] as string[]));
  if (!problem) lines.push(...(await leaders(session)), ...(await nodes(session)));
  const width = Math.max(...lines.map(([name]) => name!.length));
  process.stdout.write(lines.map(([name, state]) => `  ${name!.padEnd(width)}  ${state}\n`).join(""));
  process.stdout.write(`  export KUBECONFIG=${kubeconfig}\n`);
  return problem ? NOT_ANSWERING : 0;
}

async function apiServerProblem({ client }: Session): Promise<string | undefined> {
  try {
    await answerOf(await client.raw({ path: "/readyz" }));
    return undefined;
  } catch (error) {
    return `not ready: ${(error as Error).message.trim().split("\n").at(-1)}`;
  }
}

/** Components that run apart, or that stand for election, say by their Lease that they live. */
async function leaders({ client, clock }: Session): Promise<string[][]> {
  const { items } = await client.list(Lease, { namespace: "kube-system" });
  return items
    .filter(({ spec }) => spec.holderIdentity && spec.renewTime)
    .map(({ metadata, spec }) => {
      const silentMs = clock.now() - parseTime(spec.renewTime!);
      const isLate = silentMs > (spec.leaseDurationSeconds ?? 15) * 1000;
      return [metadata.name, isLate ? `silent for ${Math.round(silentMs / 1000)} s` : `led by ${spec.holderIdentity}`];
    });
}

async function nodes({ client }: Session): Promise<string[][]> {
  const { items } = await client.list(Node);
  return items.map(({ metadata, spec, status }) => {
    const ready = status.conditions?.find(({ type }) => type === "Ready");
    const state = ready?.status === "True" ? "Ready" : `NotReady${ready?.message ? `: ${ready.message}` : ""}`;
    const cordoned = spec.unschedulable ? ", takes no pods" : "";
    return [`node ${metadata.name}`, `${state}${cordoned}, ${status.nodeInfo?.kubeletVersion ?? "unknown version"}`];
  });
}
