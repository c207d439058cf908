import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex as NodeDuplex } from "node:stream";
import type { Clock } from "../../base/index.ts";

/** How long a refused client may go on sending: closed at once, it would see a broken connection and no answer. */
const LINGER_MS = 500;

/** Which answer a request gets that Node's parser could not read; undefined: none, there is nobody to read it. */
function statusLineOf({ code }: Error & { readonly code?: string }): string | undefined {
  if (code === "HPE_HEADER_OVERFLOW") return "431 Request Header Fields Too Large";
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "408 Request Timeout";
  return code === "ECONNRESET" || code === "EPIPE" ? undefined : "400 Bad Request";
}

/** Ends an HTTP/1 connection whose next request can't be read, with the reason; what still comes is dropped. */
export function refuseHttp1(socket: NodeDuplex, error: Error, clock: Clock): void {
  const line = statusLineOf(error);
  if (line === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${line}`);
  const timer = clock.timer(LINGER_MS, () => socket.destroy());
  socket.once("close", () => timer.cancel());
}

/** Proxies on the way may have gone by the other one. */
export function refuseTwoHosts(out: ServerResponse): void {
  out.shouldKeepAlive = false;
  out.writeHead(400, { "content-type": "text/plain; charset=utf-8" });
  out.end("400 Bad Request: too many Host headers");
}

/** Tells a client that forgot the s of https; anything else that is no TLS hears nothing. */
export function refusePlain(failed: Socket, error: Error): void {
  const isHttp = (error as { code?: string }).code === "ERR_SSL_HTTP_REQUEST";
  // Node has given the secure side up by now. It has no name for the socket below; without it the client is told nothing.
  const { _parent: plain } = failed as { _parent?: Socket | null };
  if (!isHttp || !plain?.writable) return;
  plain.write("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", () =>
    plain.destroy(),
  );
}
