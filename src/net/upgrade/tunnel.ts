import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex as NodeDuplex } from "node:stream";
import { bridge, socketDuplex } from "../duplex.ts";
import { failWith, responseOfHttp1, startRequest } from "../http/client-http1.ts";
import { endToEndHeaders, type Target, type SentHeaders } from "../http/target.ts";
import type { ApiRequest, ApiResponse, Duplex } from "../message.ts";
import { neverIdle } from "./serve.ts";

/**
 * Passes a wish to switch protocols on, handshake and all, without knowing what is spoken afterwards. The response is of
 * type tunnel, or what the server said instead.
 */
export function requestTunnel(target: Target, request: ApiRequest, headers: SentHeaders): Promise<ApiResponse> {
  const own = endToEndHeaders(headers);
  delete own["content-length"];
  const out = startRequest(target, request, {
    headers: { ...own, connection: "Upgrade", upgrade: headers.upgrade ?? request.upgrade?.protocol ?? "" },
    agent: false,
  });
  out.end();
  return new Promise((resolve, reject) => {
    failWith(out, request, reject);
    out.once("response", (incoming) => resolve(responseOfHttp1(incoming)));
    out.once("upgrade", (incoming: IncomingMessage, socket: NodeDuplex, head: Buffer) => {
      const onAbort = () => socket.destroy();
      request.signal.addEventListener("abort", onAbort, { once: true });
      socket.once("close", () => request.signal.removeEventListener("abort", onAbort));
      const { headers: answered } = responseOfHttp1(incoming);
      resolve({ status: 101, headers: answered, body: { type: "tunnel", pipe: socketDuplex(socket, head) } });
    });
  });
}

/** Tells our client of the switch and joins its socket with the other server's; resolves when both are done. */
export async function serveTunnel(tunnel: {
  readonly socket: NodeDuplex;
  readonly head: Buffer;
  readonly response: ApiResponse;
  readonly pipe: Duplex & { end(): Promise<void> };
}): Promise<void> {
  const { socket, head, response, pipe } = tunnel;
  neverIdle(socket);
  const lines = Object.entries(response.headers).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((one) => `${name}: ${one}\r\n`),
  );
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
  await bridge(socketDuplex(socket, head), pipe);
}
