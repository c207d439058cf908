import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2SecureServer, Http2Server, ServerHttp2Stream } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import { http } from "../http/node-http.ts";

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

/** A port that takes HTTP/1.1 too, without TLS: the first bytes tell which it is. */
export function withHttp1(server: Http2Server, answer: AnswerPlain): Server {
  const http1 = http.createServer((request, response) => void respondHttp1(request, response, answer));
  return createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const isHttp2 = first.toString("latin1", 0, PREFACE.length) === PREFACE;
      (isHttp2 ? server : http1).emit("connection", socket);
      if (!isHttp2) socket.resume();
    });
  });
}

/** The same with TLS, where the protocol has been agreed on. */
export function alsoHttp1(server: Http2SecureServer, answer: AnswerPlain): void {
  // With a "request" listener the server would build request objects for gRPC's streams as well.
  server.removeAllListeners("newListener");
  server.on("request", (request: unknown, response: unknown) => {
    if ((request as IncomingMessage).httpVersionMajor === 1)
      void respondHttp1(request as IncomingMessage, response as ServerResponse, answer);
  });
}

async function respondHttp1(request: IncomingMessage, response: ServerResponse, answer: AnswerPlain): Promise<void> {
  const { status, type, text } = await answered(request.url ?? "/", answer);
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(request.method === "HEAD" ? undefined : text);
}

export async function respondPlain(stream: ServerHttp2Stream, url: string, answer: AnswerPlain): Promise<void> {
  const { status, type, text } = await answered(url, answer);
  if (stream.destroyed) return;
  stream.respond({ ":status": status, "content-type": type });
  stream.end(text);
}

async function answered(url: string, answer: AnswerPlain): Promise<PlainAnswer> {
  try {
    return (await answer(url.split("?")[0]!)) ?? NOT_FOUND;
  } catch {
    return FAILED;
  }
}
