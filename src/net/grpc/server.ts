import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Clock, Log } from "../../base/index.ts";
import type { ServerTls } from "../http/server.ts";
import { type ConnectionLimits, ServerConnection } from "../http2/connection.ts";
import type { ServerStream } from "../http2/stream.ts";
import { type GrpcImplementation, routesOf, serveCall } from "./call.ts";
import { Intake } from "./intake.ts";
import { type AnswerPlain, byProtocol, http1Server } from "./plain.ts";

const MEBIBYTE = 1024 * 1024;
/** What the requests of a connection, and those of all, may take before they are answered: headers and messages, whole or not. */
const CONNECTION_BYTES_MAX = 128 * MEBIBYTE;
const ALL_BYTES_MAX = 512 * MEBIBYTE;
/** A client must have said which protocol it speaks, and as what, within this. */
const HANDSHAKE_MS = 30_000;
/** A connection without calls, and on which nothing moves, ends after this. */
const IDLE_CONNECTION_MS = 10 * 60_000;
/** Finds out about a client that vanished without a word. */
const KEEP_ALIVE_MS = 30_000;
const CONNECTION_LIMITS: ConnectionLimits = {
  streamsMax: 10_000,
  headerListBytesMax: 64 * 1024,
  streamWindowBytes: 4 * 1024 * 1024,
  connectionWindowBytes: 32 * 1024 * 1024,
};

export interface GrpcServerOptions {
  /** "unix:///path" or "host:port" (port 0 for any). */
  readonly listen: string;
  readonly tls?: ServerTls;
  readonly implementations: readonly GrpcImplementation[];
  readonly log: Log;
  readonly clock: Clock;
  readonly messageBytesMax?: number;
  /** Of all requests that are not answered yet, on one connection and on all. */
  readonly connectionBytesMax?: number;
  readonly allBytesMax?: number;
  readonly idleConnectionMs?: number;
  /** Connections without a certificate of the authority in `tls.ca` are cut. */
  readonly clientCertAuth?: boolean;
  /** Answers plain HTTP on the same port: HTTP/1.1, and what is not gRPC over HTTP/2. */
  readonly plain?: AnswerPlain;
}

export interface GrpcServer {
  /** 0 on a unix socket. */
  readonly port: number;
  close(graceMs: number): Promise<void>;
}

/** Serves gRPC on a unix socket or a TCP port. */
export async function listenGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const connections = new Set<ServerConnection>();
  const { tls, plain, clock } = options;
  const routes = routesOf(options.implementations);
  const all = new Intake(options.allBytesMax ?? ALL_BYTES_MAX);
  const onFault = (error: unknown) => options.log.error("gRPC connection failed", { error });
  const http2 = (socket: Socket) => {
    const intake = new Intake(options.connectionBytesMax ?? CONNECTION_BYTES_MAX, all);
    const onRequest = (stream: ServerStream) => serveCall(stream, { routes, intake, options });
    const connection = new ServerConnection(socket, { clock, onRequest, onFault, limits: CONNECTION_LIMITS });
    connections.add(connection);
    const handshake = clock.timer(HANDSHAKE_MS, () => connection.hasBegun || socket.destroy());
    const silence = watchSilence(socket, { clock, idleMs: options.idleConnectionMs ?? IDLE_CONNECTION_MS }, () =>
      connection.endIfSilent(),
    );
    socket.once("close", () => {
      handshake.cancel();
      silence.cancel();
      connections.delete(connection);
    });
  };
  const answering = plain && http1Server(plain, { clock, waitMs: HANDSHAKE_MS });
  const http1 = (socket: Socket) => void (answering ? answering.emit("connection", socket) : socket.destroy());
  const front = tls
    ? createTlsServer(
        {
          cert: tls.cert as string,
          key: tls.key as string,
          ca: tls.ca as string,
          requestCert: options.clientCertAuth ?? !!tls.ca,
          ALPNProtocols: plain ? ["h2", "http/1.1"] : ["h2"],
          handshakeTimeout: HANDSHAKE_MS,
        },
        (socket) => (socket.alpnProtocol === "h2" ? http2 : http1)(socket),
      )
    : createServer((socket) =>
        plain ? byProtocol(socket, { http1, http2, clock, waitMs: HANDSHAKE_MS }) : http2(socket),
      );
  const sockets = new Set<Socket>();
  front.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    front.once("error", reject);
    front.listen(listenOptions(options.listen), resolve);
  });
  const address = front.address();
  return {
    port: typeof address === "object" && address ? (address as AddressInfo).port : 0,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => front.close(() => resolve()));
      for (const connection of connections) connection.close();
      const timer = clock.timer(graceMs, () => {
        for (const socket of sockets) socket.destroy();
      });
      await closed;
      timer.cancel();
    },
  };
}

/** Calls back whenever nothing has moved on a socket for a while. */
function watchSilence(
  socket: Socket,
  { clock, idleMs }: { readonly clock: Clock; readonly idleMs: number },
  silent: () => void,
): { cancel(): void } {
  let movedBytes = 0;
  const look = () => {
    const bytes = socket.bytesRead + socket.bytesWritten;
    if (bytes === movedBytes) silent();
    movedBytes = bytes;
    timer = clock.timer(idleMs, look);
  };
  let timer = clock.timer(idleMs, look);
  return { cancel: () => timer.cancel() };
}

function listenOptions(where: string): { path: string } | { host: string; port: number } {
  const path = /^unix:(?:\/\/)?(\/.*)$/.exec(where)?.[1];
  if (path) return { path };
  const colon = where.lastIndexOf(":");
  return { host: where.slice(0, colon), port: Number(where.slice(colon + 1)) };
}
