import { type Pod, Pod as PodKind } from "../../api/index.ts";
import type { Client } from "../../client/index.ts";
import { readBody } from "../../net/index.ts";
import { openSession, type ConnectionArguments } from "./connection.ts";

/** `navarch why pod/NAME`: why a pod is where it is, or isn't running, from what the scheduler and the node say. */
export async function whyCommand(word: string, options: ConnectionArguments): Promise<number> {
  const name = /^(?:pods?\/|po\/)?([a-z0-9][a-z0-9.-]*)$/.exec(word)?.[1];
  if (name === undefined) throw new Error(`read ${word}: only pods can be asked about, wanted pod/NAME`);
  await using session = openSession(options);
  const { client, namespace } = session;
  const pod = await client.get(PodKind, { namespace, name });
  const lines = [`pod ${namespace}/${name} is ${stateOf(pod)}`, ...containerLines(pod), ""];
  process.stdout.write(`${lines.join("\n")}${await decisionText(client, { namespace, name })}`);
  return 0;
}

function stateOf({ metadata, spec, status }: Pod): string {
  if (metadata.deletionTimestamp) return `being deleted since ${metadata.deletionTimestamp}`;
  const where = spec.nodeName ? ` on ${spec.nodeName}` : "";
  const why = status.reason || status.message ? `: ${[status.reason, status.message].filter(Boolean).join(", ")}` : "";
  return `${status.phase ?? "Pending"}${where}${why}`;
}

/** What holds each container back, or ended it. */
function containerLines({ status }: Pod): string[] {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.flatMap(({ name, state, lastState, restartCount, ready }) => {
    const ended = state?.terminated ?? lastState?.terminated;
    const waiting = state?.waiting;
    if (ready && restartCount === 0) return [];
    const parts = [
      ...(waiting ? [`waits: ${[waiting.reason, waiting.message].filter(Boolean).join(", ")}`] : []),
      ...(state?.running && !ready ? ["runs, but is not ready"] : []),
      ...(ended ? [`ended with ${ended.exitCode}${ended.reason ? ` (${ended.reason})` : ""}`] : []),
      ...(restartCount > 0 ? [`restarted ${restartCount} times`] : []),
    ];
    return parts.length > 0 ? [`  container ${name} ${parts.join("; ")}`] : [];
  });
}

/** What the scheduler remembers; it does so for the last pods it decided about. */
async function decisionText(client: Client, { namespace, name }: { namespace: string; name: string }): Promise<string> {
  const response = await client.raw({
    path: `/scheduler/explain/${namespace}/${name}`,
    headers: { accept: "text/plain" },
  });
  const text = new TextDecoder().decode(await readBody(response));
  if (response.status === 200) return text;
  if (response.status === 404 && text.startsWith("{"))
    return "The scheduler has not decided about it, or no longer remembers.\n";
  return "The scheduler of this cluster can't be asked here: it runs in a process of its own.\n";
}
