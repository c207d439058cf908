import { messageOf, type Clock } from "../../base/index.ts";
import type { UpgradedConnection, UpgradedStream, UpgradeOffer } from "../../net/index.ts";
import { describeEnd, type StreamEnd, type StreamSession } from "../cri/index.ts";

/** Newest first. */
export const COMMAND_PROTOCOLS = [
  "v5.channel.k8s.io",
  "v4.channel.k8s.io",
  "v3.channel.k8s.io",
  "v2.channel.k8s.io",
  "channel.k8s.io",
] as const;

const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
type Name = keyof typeof CHANNELS;

const STREAMS_MS_MAX = 30_000;

export interface CommandPipes {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The protocol to speak, the client's first choice that we know; undefined when there is none. */
export function commandProtocol(offer: UpgradeOffer): string | undefined {
  return offer.subprotocols.find((name) => (COMMAND_PROTOCOLS as readonly string[]).includes(name));
}

/** Connects a process with a client: input, outputs, window sizes, and how it ended on the error stream. */
export async function serveCommand(
  connection: UpgradedConnection,
  pipes: CommandPipes,
  start: (signal: AbortSignal) => Promise<StreamSession>,
  clock: Clock,
): Promise<void> {
  const gone = new AbortController();
  void connection.closed.then(() => gone.abort(new Error("client went away")));
  const streams = await collectStreams(connection, wantedStreams(connection, pipes), clock);
  const error = streams.get("error");
  let end: StreamEnd;
  try {
    const session = await start(gone.signal);
    gone.signal.addEventListener("abort", () => session.close(), { once: true });
    end = await pump(session, streams);
  } catch (problem) {
    end = { type: "failed", message: messageOf(problem) };
  }
  const text = describeEnd(end, connection.subprotocol);
  if (error && text !== "") await error.write(new TextEncoder().encode(text)).catch(() => {});
  for (const stream of streams.values()) await stream.end().catch(() => {});
  // Closing before the client has read its last bytes would cost it the exit code.
  await Promise.race([connection.closed, clock.sleep(LINGER_MS)]);
  connection.close();
}

const LINGER_MS = 100;

function wantedStreams(connection: UpgradedConnection, pipes: CommandPipes): Name[] {
  const names: Name[] = ["error"];
  if (pipes.stdin) names.push("stdin");
  if (pipes.stdout) names.push("stdout");
  if (pipes.stderr && !pipes.tty) names.push("stderr");
  const resizes = connection.subprotocol !== "channel.k8s.io" && connection.subprotocol !== "v2.channel.k8s.io";
  if (pipes.tty && resizes) names.push("resize");
  return names;
}

async function collectStreams(
  connection: UpgradedConnection,
  names: readonly Name[],
  clock: Clock,
): Promise<Map<Name, UpgradedStream>> {
  const found = new Map<Name, UpgradedStream>();
  if (connection.protocol === "websocket") {
    for (const name of names) found.set(name, connection.channel(CHANNELS[name]));
    return found;
  }
  const timer = clock.timer(STREAMS_MS_MAX, () => connection.close());
  for await (const stream of connection.streams) {
    const name = stream.headers.streamtype as Name;
    if (Object.hasOwn(CHANNELS, name)) found.set(name, stream);
    if (names.every((each) => found.has(each))) break;
  }
  timer.cancel();
  return found;
}

async function pump(session: StreamSession, streams: ReadonlyMap<Name, UpgradedStream>): Promise<StreamEnd> {
  const input = streams.get("stdin");
  if (session.stdin && input) void copyInput(input, session.stdin);
  const sizes = streams.get("resize");
  if (sizes) void followSizes(sizes, session);
  await Promise.all([
    copyOutput(session.stdout, streams.get("stdout")),
    copyOutput(session.stderr, streams.get("stderr")),
  ]);
  return session.ended;
}

async function copyInput(from: UpgradedStream, to: NonNullable<StreamSession["stdin"]>): Promise<void> {
  try {
    for await (const chunk of from.incoming) await to.write(chunk);
  } catch {
    // Either end is gone; the process's end says the rest.
  } finally {
    await to.end().catch(() => {});
  }
}

async function copyOutput(from: AsyncIterable<Uint8Array> | undefined, to: UpgradedStream | undefined): Promise<void> {
  if (!from || !to) return;
  for await (const chunk of from) await to.write(chunk);
  await to.end().catch(() => {});
}

async function followSizes(from: UpgradedStream, session: StreamSession): Promise<void> {
  let text = "";
  try {
    for await (const chunk of from.incoming) {
      text += new TextDecoder().decode(chunk);
      for (let end = text.indexOf("}"); end >= 0; end = text.indexOf("}")) {
        const size = JSON.parse(text.slice(0, end + 1)) as { Width?: number; Height?: number };
        text = text.slice(end + 1);
        if (size.Width && size.Height) await session.resize(size.Width, size.Height);
      }
    }
  } catch {
    // A size that can't be read is no reason to end the process.
  }
}
