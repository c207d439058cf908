import { answerOf, queryOf } from "../../client/index.ts";
import { ask, type ConnectionArguments, openSession, type Session } from "./connection.ts";
import { podOf } from "./pods.ts";

export interface LogsArguments extends ConnectionArguments {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tail?: string;
  readonly since?: string;
  readonly timestamps?: boolean;
  readonly allContainers?: boolean;
}

/** `navarch logs`: what a pod's container has written, and goes on writing with -f. */
export async function logsCommand(word: string, options: LogsArguments): Promise<number> {
  await using session = openSession(options);
  const pod = await podOf(session, word);
  const path = `/api/v1/namespaces/${encodeURIComponent(session.namespace)}/pods/${encodeURIComponent(pod)}`;
  const containers = options.allContainers ? await containersOf(session, path) : [options.container];
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const copies = containers.map((container) => copyLog({ session, path, container, options, signal: stop.signal }));
  try {
    await Promise.all(copies);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return 0;
}

async function containersOf(session: Session, path: string): Promise<string[]> {
  type Containers = readonly { readonly name: string }[] | undefined;
  const { spec } = await ask<{ spec: { initContainers: Containers; containers: Containers } }>(session, path);
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(({ name }) => name);
}

async function copyLog(copy: {
  readonly session: Session;
  readonly path: string;
  readonly container: string | undefined;
  readonly options: LogsArguments;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { session, path, container, options, signal } = copy;
  const query = queryOf({
    container,
    follow: options.follow,
    previous: options.previous,
    timestamps: options.timestamps,
    tailLines: options.tail === "-1" ? undefined : options.tail,
    sinceSeconds: options.since === undefined ? undefined : sinceSeconds(options.since),
  });
  const response = await session.client.raw({ path: `${path}/log`, query, headers: { accept: "*/*" }, signal });
  if (response.status >= 400 || response.body.type !== "stream") {
    const text = await answerOf(response);
    if (typeof text === "string") process.stdout.write(text);
    return;
  }
  for await (const chunk of response.body.chunks)
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once("drain", resolve));
}

function sinceSeconds(text: string): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (!text || !match) throw new Error(`read --since: got ${JSON.stringify(text)}, wanted a duration such as 5m`);
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
}
