import type { IncomingMessage } from "node:http";
import { socketDuplex } from "../duplex.ts";
import { NetError } from "../errors.ts";
import { failWith, requestFailed, responseOfHttp1, startRequest } from "../http/client-http1.ts";
import { endToEndHeaders, pathOf, type Target, tlsOptions, type SentHeaders } from "../http/target.ts";
import type { ApiRequest, ApiResponse, Handler, UpgradedConnection } from "../message.ts";
import { bridgeConnections } from "./bridge.ts";
import { upgradedPair } from "./memory.ts";
import { overWebSocket, TUNNEL_PREFIX } from "./serve.ts";
import { SpdyConnection } from "./spdy.ts";
import { framingOf } from "./websocket.ts";

const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

/** The connection behind a response that came over a socket, for callers that want it without a copy in between. */
const connections = new WeakMap<ApiResponse, UpgradedConnection>();

/** Asks a server to switch protocols. The response is of type upgrade, or what the server said instead. */
export function requestUpgrade(target: Target, request: ApiRequest, headers: SentHeaders): Promise<ApiResponse> {
  switch (request.upgrade?.protocol) {
    case "websocket":
      return requestWebSocket(target, request, headers);
    case "spdy/3.1":
      return requestSpdy(target, request, headers);
    default:
      throw new NetError("unsupported", `upgrade connection: unknown protocol ${request.upgrade?.protocol}`);
  }
}

function upgraded(connection: UpgradedConnection, subprotocol: string): ApiResponse {
  const response: ApiResponse = {
    status: 101,
    headers: {},
    body: { type: "upgrade", subprotocol, serve: (other) => bridgeConnections(other, connection) },
  };
  connections.set(response, connection);
  return response;
}

function handshakeHeaders(headers: SentHeaders): Record<string, string | readonly string[]> {
  const own = endToEndHeaders(headers);
  for (const name in own)
    if (name.startsWith("sec-websocket-") || name === "x-stream-protocol-version" || name === "content-length")
      delete own[name];
  return own;
}

async function requestWebSocket(target: Target, request: ApiRequest, headers: SentHeaders): Promise<ApiResponse> {
  const { signal } = request;
  const offered = request.upgrade?.subprotocols ?? [];
  const url = `${target.isSecure ? "wss" : "ws"}://${target.authority}${pathOf(target, request)}`;
  const own = handshakeHeaders(headers);
  // Not by the library's own parameter: it refuses "SPDY/3.1+…", whose slash the standard doesn't allow.
  if (offered.length > 0) own["sec-websocket-protocol"] = offered.join(", ");
  const { WebSocket } = await import("ws");
  const webSocket = new WebSocket(url, [], {
    // It hands them to Node, which takes lists; its types don't say so.
    headers: own as Record<string, string>,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
    ...(target.isSecure && tlsOptions(target)),
  });
  let protocol = "";
  webSocket.once("upgrade", (incoming: IncomingMessage) => {
    protocol = String(incoming.headers["sec-websocket-protocol"] ?? "");
    delete incoming.headers["sec-websocket-protocol"];
  });
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason);
      webSocket.terminate();
    };
    webSocket.once("open", () => {
      const isKnown = protocol.startsWith(TUNNEL_PREFIX) || framingOf(protocol) !== undefined;
      if (isKnown && (protocol === "" || offered.includes(protocol)))
        return resolve(upgraded(overWebSocket(webSocket, protocol, "client"), protocol));
      webSocket.terminate();
      reject(new NetError("protocol", `upgrade connection: the server chose protocol ${protocol}`));
    });
    webSocket.once("unexpected-response", (_out, incoming: IncomingMessage) => resolve(responseOfHttp1(incoming)));
    webSocket.on("error", (cause) => reject(requestFailed(cause)));
    webSocket.once("close", () => signal.removeEventListener("abort", onAbort));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

function requestSpdy(target: Target, request: ApiRequest, headers: SentHeaders): Promise<ApiResponse> {
  const out = startRequest(target, request, {
    headers: {
      ...handshakeHeaders(headers),
      connection: "Upgrade",
      upgrade: "SPDY/3.1",
      "x-stream-protocol-version": [...(request.upgrade?.subprotocols ?? [])],
    },
    agent: false,
  });
  out.end();
  return new Promise((resolve, reject) => {
    failWith(out, request, reject);
    out.once("response", (incoming) => resolve(responseOfHttp1(incoming)));
    out.once("upgrade", (incoming, socket, head) => {
      if (String(incoming.headers.upgrade).toLowerCase() !== "spdy/3.1") {
        socket.destroy();
        return reject(new NetError("protocol", `upgrade connection: got ${incoming.headers.upgrade}, want SPDY/3.1`));
      }
      const subprotocol = String(incoming.headers["x-stream-protocol-version"] ?? "");
      const pipe = socketDuplex(socket, head);
      const onAbort = () => socket.destroy();
      request.signal.addEventListener("abort", onAbort, { once: true });
      socket.once("close", () => request.signal.removeEventListener("abort", onAbort));
      resolve(upgraded(new SpdyConnection({ pipe, side: "client", subprotocol }), subprotocol));
    });
  });
}

/**
 * Sends a request that has an upgrade offer and gives our end of the connection, whatever the handler is: a server over a
 * socket or one in this process. The answer of a handler that refuses comes back as it is.
 */
export async function connectUpgrade(
  handler: Handler,
  request: ApiRequest,
): Promise<{ readonly connection: UpgradedConnection } | { readonly refused: ApiResponse }> {
  const response = await handler(request);
  const direct = connections.get(response);
  if (direct) return { connection: direct };
  if (response.body.type !== "upgrade") return { refused: response };
  const { subprotocol = "", serve } = response.body;
  const isTunnel = subprotocol.startsWith(TUNNEL_PREFIX);
  const protocol = isTunnel || request.upgrade?.protocol === "spdy/3.1" ? "spdy/3.1" : "websocket";
  const inner = isTunnel ? subprotocol.slice(TUNNEL_PREFIX.length) : subprotocol;
  const [near, far] = upgradedPair({ protocol, subprotocol: inner });
  const close = () => near.close();
  request.signal.addEventListener("abort", close, { once: true });
  void serve(far)
    .catch(() => {})
    .finally(() => {
      request.signal.removeEventListener("abort", close);
      far.close();
    });
  return { connection: near };
}
