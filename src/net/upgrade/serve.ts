import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex as NodeDuplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import { socketDuplex } from "../duplex.ts";
import type { ApiResponse, ResponseBody, UpgradedConnection, UpgradeOffer } from "../message.ts";
import { SpdyConnection } from "./spdy.ts";
import { WebSocketConnection, webSocketDuplex } from "./websocket.ts";

const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

/** Prefix of WebSocket subprotocols that carry SPDY in binary messages ("SPDY/3.1+portforward.k8s.io"). */
export const TUNNEL_PREFIX = "SPDY/3.1+";

/** What a request wants to switch to, when it is something that this server speaks. */
export function offerOf(headers: Readonly<Record<string, string | undefined>>): UpgradeOffer | undefined {
  if (!/(?:^|[\s,])upgrade(?:$|[\s,])/i.test(headers.connection ?? "")) return undefined;
  const protocol = (headers.upgrade ?? "").trim().toLowerCase();
  if (protocol === "websocket") return { protocol, subprotocols: listOf(headers["sec-websocket-protocol"]) };
  if (protocol === "spdy/3.1") return { protocol, subprotocols: listOf(headers["x-stream-protocol-version"]) };
  return undefined;
}

function listOf(value: string | undefined): string[] {
  return (value ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** The first protocol that the client offers and the server supports: the client's order decides. */
export function negotiate(offered: readonly string[], supported: readonly string[]): string | undefined {
  return offered.find((name) => supported.includes(name));
}

export interface UpgradeServing {
  readonly incoming: IncomingMessage;
  readonly socket: NodeDuplex;
  readonly head: Buffer;
  readonly offer: UpgradeOffer;
  readonly response: ApiResponse;
  readonly body: Extract<ResponseBody, { type: "upgrade" }>;
}

/** Switches protocols and hands the connection to the response's `serve`; resolves when all is over. */
export async function serveUpgrade(upgrade: UpgradeServing): Promise<void> {
  const { socket, offer, body } = upgrade;
  neverIdle(socket);
  const connection = offer.protocol === "websocket" ? await acceptWebSocket(upgrade) : acceptSpdy(upgrade);
  if (!connection) return;
  try {
    await body.serve(connection);
  } finally {
    connection.close();
    await connection.closed;
  }
}

/** Node's HTTP server may have left a timeout on the socket. */
export function neverIdle(socket: NodeDuplex): void {
  if ("setTimeout" in socket) (socket as Socket).setTimeout(0);
}

const HEADERS_OF_THE_SWITCH = new Set([
  "connection",
  "upgrade",
  "sec-websocket-accept",
  "sec-websocket-protocol",
  "content-length",
  "content-type",
]);

function extraHeaders({ headers }: ApiResponse): string[] {
  return Object.entries(headers)
    .filter(([name]) => !HEADERS_OF_THE_SWITCH.has(name))
    .flatMap(([name, value]) => (typeof value === "string" ? [value] : value).map((one) => `${name}: ${one}`));
}

function acceptSpdy({ socket, head, body, response }: UpgradeServing): UpgradedConnection {
  const subprotocol = body.subprotocol ?? "";
  const lines = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: SPDY/3.1"];
  if (subprotocol) lines.push(`X-Stream-Protocol-Version: ${subprotocol}`);
  const extra = extraHeaders(response).filter((line) => !line.startsWith("x-stream-protocol-version"));
  socket.write(`${[...lines, ...extra].join("\r\n")}\r\n\r\n`);
  return new SpdyConnection({ pipe: socketDuplex(socket, head), side: "server", subprotocol });
}

const chosen = new WeakMap<IncomingMessage, UpgradeServing>();
let webSockets: Promise<WebSocketServer> | undefined;

/** The library is loaded with the first WebSocket: most servers never see one. */
async function webSocketServer(): Promise<WebSocketServer> {
  const { WebSocketServer } = await import("ws");
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  return server.on("headers", (lines, incoming) => {
    const upgrade = chosen.get(incoming);
    if (!upgrade) return;
    const { response, body } = upgrade;
    if (body.subprotocol) lines.push(`Sec-WebSocket-Protocol: ${body.subprotocol}`);
    lines.push(...extraHeaders(response));
  });
}

/** Undefined when the handshake was bad: it has been answered then. */
async function acceptWebSocket(upgrade: UpgradeServing): Promise<UpgradedConnection | undefined> {
  const { incoming, socket, head, body } = upgrade;
  const subprotocol = body.subprotocol ?? "";
  chosen.set(incoming, upgrade);
  // The handler has chosen; and the library would refuse "SPDY/3.1+…", whose slash the standard doesn't allow.
  delete incoming.headers["sec-websocket-protocol"];
  webSockets ??= webSocketServer();
  const server = await webSockets;
  const webSocket = await new Promise<WebSocket | undefined>((resolve) => {
    if (socket.destroyed) return resolve(undefined);
    socket.once("close", () => resolve(undefined));
    server.handleUpgrade(incoming, socket, head, resolve);
  });
  if (!webSocket) return undefined;
  return body.messages && subprotocol === ""
    ? new WebSocketConnection(webSocket, { subprotocol, side: "server", messages: body.messages })
    : overWebSocket(webSocket, subprotocol, "server");
}

/** The connection that an open WebSocket carries: its channels, or SPDY through its messages. */
export function overWebSocket(
  webSocket: WebSocket,
  subprotocol: string,
  side: "client" | "server",
): UpgradedConnection {
  if (!subprotocol.startsWith(TUNNEL_PREFIX)) return new WebSocketConnection(webSocket, { subprotocol, side });
  const inner = subprotocol.slice(TUNNEL_PREFIX.length);
  return new SpdyConnection({ pipe: webSocketDuplex(webSocket), side, subprotocol: inner });
}
