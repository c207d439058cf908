/**
 * HTTP, protocol upgrades (WebSocket, SPDY/3.1) and gRPC, both ends of each: sockets translated to and from the types of
 * message.ts. Knows no Kubernetes object. Start at {@link listen} and {@link ApiRequest}.
 */
export { BODY_BYTES_MAX, readBody } from "./body.ts";
export { bridge, socketDuplex } from "./duplex.ts";
export { NetError, type NetErrorCode } from "./errors.ts";
export {
  type Listener,
  type ListenOptions,
  listen,
  type ServerLimits,
  type ServerTls,
  type ServingCertificate,
} from "./http/server.ts";
export * from "./message.ts";
export { AsyncQueue } from "./queue.ts";
export { negotiate, offerOf, TUNNEL_PREFIX } from "./upgrade/serve.ts";
