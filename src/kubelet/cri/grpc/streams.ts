import { connect, type Socket } from "node:net";
import { type Duplex, socketDuplex, type UpgradedConnection, type UpgradedStream } from "../../../net/index.ts";
import { SpdyConnection } from "../../../net/upgrade/spdy.ts";
import { CriError } from "../errors.ts";
import { parseEnd } from "../stream-end.ts";
import type { StreamRequest, StreamSession } from "../types.ts";
import type { StreamOpener } from "./runtime.ts";

const HEAD_BYTES_MAX = 64 * 1024;

/** Streams of a runtime's own streaming server, which speaks SPDY/3.1 on the loopback interface. */
export function streamOpener(): StreamOpener {
  return {
    async session(url, request, signal) {
      const connection = await upgrade(url, "v4.channel.k8s.io", signal);
      return openSession(connection, request);
    },
    async port(url, port, signal) {
      const connection = await upgrade(url, "portforward.k8s.io", signal);
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

/** An HTTP/1.1 upgrade by hand: two lines of protocol are not worth a client with pools and redirects. */
async function upgrade(url: string, protocol: string, signal: AbortSignal): Promise<UpgradedConnection> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
  const abort = () => socket.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    socket.write(
      `POST ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\nContent-Length: 0\r\n\r\n`,
    );
    const { head, rest } = await readHead(socket);
    if (!/^HTTP\/1\.1 101 /.test(head))
      throw new CriError("unknown", `open stream: the runtime answered ${head.split("\r\n")[0]}`);
    return new SpdyConnection({ pipe: socketDuplex(socket, rest), side: "client", subprotocol: protocol });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function readHead(socket: Socket): Promise<{ readonly head: string; readonly rest: Uint8Array }> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const finish = (run: () => void) => {
      socket.off("data", take);
      socket.off("error", reject);
      socket.off("close", lost);
      socket.pause();
      run();
    };
    const lost = () => finish(() => reject(new CriError("unavailable", "open stream: the connection was closed")));
    const take = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf("\r\n\r\n");
      if (end >= 0) finish(() => resolve({ head: seen.toString("latin1", 0, end), rest: seen.subarray(end + 4) }));
      else if (seen.length > HEAD_BYTES_MAX) lost();
    };
    socket.on("data", take);
    socket.on("error", reject);
    socket.on("close", lost);
  });
}
