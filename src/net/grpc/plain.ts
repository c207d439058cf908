import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Clock, Timer } from "../../base/index.ts";
import { http } from "../http/node-http.ts";
import { encodeHeaders } from "../http2/hpack.ts";
import type { ServerStream } from "../http2/stream.ts";

/** A small text over plain HTTP. */
export interface PlainAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export type AnswerPlain = (path: string) => Promise<PlainAnswer | undefined>;

/** The start of HTTP/2's preface; no other request begins so. */
const PREFACE = "PRI";
const NOT_FOUND: PlainAnswer = { status: 404, type: "text/plain", text: "404 page not found\n" };
const FAILED: PlainAnswer = { status: 500, type: "text/plain", text: "internal error\n" };

/** How long a client may take to say what it wants. */
interface Patience {
  readonly clock: Clock;
  readonly waitMs: number;
}

/** How long a client may take to say what it wants. */
interface Patience {
  readonly clock: Clock;
  readonly waitMs: number;
}

/** Answers HTTP/1.1 on connections that are handed to it: Node looks after times only where its server listens itself. */
export function http1Server(answer: AnswerPlain, { clock, waitMs }: Patience): Server {
  const waiting = new WeakMap<Socket, Timer>();
  const stopWaiting = (socket: Socket) => waiting.get(socket)?.cancel();
  const waitForRequest = (socket: Socket) => {
    if (!socket.destroyed)
      waiting.set(
        socket,
        clock.timer(waitMs, () => socket.destroy()),
      );
  };
  const server = http.createServer((request, response) => {
    const { socket } = request;
    stopWaiting(socket);
    response.once("finish", () => waitForRequest(socket));
    void respondHttp1(request, response, answer);
  });
  server.on("connection", (socket: Socket) => {
    waitForRequest(socket);
    socket.once("close", () => stopWaiting(socket));
  });
  return server;
}

interface Protocols extends Patience {
  http1(socket: Socket): void;
  http2(socket: Socket): void;
}

/** Without TLS the first bytes tell which protocol a client speaks. */
export function byProtocol(socket: Socket, { http1, http2, clock, waitMs }: Protocols): void {
  socket.on("error", () => {});
  const timer = clock.timer(waitMs, () => socket.destroy());
  socket.once("close", () => timer.cancel());
  socket.once("data", (first: Buffer) => {
    timer.cancel();
    socket.pause();
    socket.unshift(first);
    const isHttp2 = first.toString("latin1", 0, PREFACE.length) === PREFACE;
    (isHttp2 ? http2 : http1)(socket);
    socket.resume();
  });
}

async function respondHttp1(request: IncomingMessage, response: ServerResponse, answer: AnswerPlain): Promise<void> {
  const { status, type, text } = await answered(request.url ?? "/", answer);
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(request.method === "HEAD" ? undefined : text);
}

export async function respondPlain(stream: ServerStream, answer: AnswerPlain): Promise<void> {
  const { status, type, text } = await answered(stream.header(":path") ?? "/", answer);
  const head = encodeHeaders({ ":status": status, "content-type": type });
  if (stream.header(":method") === "HEAD") return stream.respondWhole(head);
  stream.respond(head);
  stream.write(Buffer.from(text));
  stream.end();
}

async function answered(url: string, answer: AnswerPlain): Promise<PlainAnswer> {
  try {
    return (await answer(url.split("?")[0]!)) ?? NOT_FOUND;
  } catch {
    return FAILED;
  }
}
