import type { Clock } from "../../../base/index.ts";
import {
  connectUpgrade,
  type Duplex,
  createHttpClient,
  type UpgradedConnection,
  type UpgradedStream,
} from "../../../net/index.ts";
import { CriError } from "../errors.ts";
import { parseEnd } from "../stream-end.ts";
import type { StreamRequest, StreamSession } from "../types.ts";
import type { StreamOpener } from "./runtime.ts";

/** Streams of a runtime's own streaming server, which speaks SPDY/3.1 on the loopback interface. */
export function streamOpener(clock: Clock): StreamOpener {
  return {
    async session(url, request, signal) {
      const connection = await upgrade(clock, { url, protocol: "v4.channel.k8s.io" }, signal);
      return openSession(connection, request);
    },
    async port(url, port, signal) {
      const connection = await upgrade(clock, { url, protocol: "portforward.k8s.io" }, signal);
      const headers = { port: String(port), requestid: "0" };
      const error = await connection.open({ ...headers, streamtype: "error" });
      await error.end();
      const data = await connection.open({ ...headers, streamtype: "data" });
      return forwarded(connection, data, error);
    },
  };
}

async function openSession(connection: UpgradedConnection, request: StreamRequest): Promise<StreamSession> {
  const open = (streamtype: string) => connection.open({ streamtype });
  const error = await open("error");
  const stdin = request.stdin ? await open("stdin") : undefined;
  const stdout = request.stdout ? await open("stdout") : undefined;
  const stderr = request.stderr && !request.tty ? await open("stderr") : undefined;
  const resize = request.tty ? await open("resize") : undefined;
  const ended = readAll(error).then(parseEnd);
  void ended.finally(() => stdin?.end().catch(() => {}));
  return {
    ...(stdin ? { stdin: { write: (chunk: Uint8Array) => stdin.write(chunk), end: () => stdin.end() } } : {}),
    ...(stdout ? { stdout: stdout.incoming } : {}),
    ...(stderr ? { stderr: stderr.incoming } : {}),
    async resize(width, height) {
      await resize?.write(new TextEncoder().encode(JSON.stringify({ Width: width, Height: height })));
    },
    ended,
    close: () => connection.close(),
  };
}

async function readAll(stream: UpgradedStream): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream.incoming) text += decoder.decode(chunk, { stream: true });
  return text;
}

function forwarded(
  connection: UpgradedConnection,
  data: UpgradedStream,
  error: UpgradedStream,
): Duplex & { end(): Promise<void> } {
  const problem = readAll(error);
  async function* incoming() {
    yield* data.incoming;
    const text = await problem;
    if (text !== "") throw new CriError("unknown", text);
  }
  return {
    incoming: incoming(),
    write: (chunk) => data.write(chunk),
    end: () => data.end(),
    close: () => connection.close(),
  };
}

/** Asks the streaming server to switch to SPDY. Its address has a token that is good for one use. */
async function upgrade(
  clock: Clock,
  { url, protocol }: { readonly url: string; readonly protocol: string },
  signal: AbortSignal,
): Promise<UpgradedConnection> {
  const { origin, pathname, search } = new URL(url);
  const transport = createHttpClient({ server: origin, clock }).handle;
  const answer = await connectUpgrade(transport, {
    method: "POST",
    path: pathname,
    query: search.slice(1),
    headers: {},
    body: { type: "none" },
    peer: { address: "" },
    signal,
    upgrade: { protocol: "spdy/3.1", subprotocols: [protocol] },
  });
  if ("connection" in answer) return answer.connection;
  throw new CriError("unknown", `open stream: the runtime answered ${answer.refused.status}`);
}
