/**
 * HTTP, protocol upgrades (WebSocket, SPDY/3.1) and gRPC, both ends of each: sockets translated to and from the types of
 * message.ts. Knows no Kubernetes object. Start at {@link listen} and {@link ApiRequest}.
 */
export { readBody } from "./body.ts";
export { NetError, type NetErrorCode } from "./errors.ts";
export { createHttpClient, type HttpClient, type HttpClientOptions, makeRequest } from "./http/client.ts";
export { http as nodeHttp, https as nodeHttps } from "./http/node-http.ts";
export {
  type Listener,
  type ListenOptions,
  listen,
  type ServerLimits,
  type ServerTls,
  type ServingCertificate,
} from "./http/server.ts";
export { type ClientTls, endToEndHeaders } from "./http/target.ts";
export { pump, writableSink } from "./http/pump.ts";
export * from "./message.ts";
export { AsyncQueue } from "./queue.ts";
export { passableBytes, ThreadCalls, ThreadError, type ThreadPort } from "./threads/calls.ts";
export {
  answerPassed,
  type PassedRequest,
  type PassedResponse,
  passRequest,
  responsePassed,
} from "./threads/requests.ts";
export { connectUpgrade } from "./upgrade/connect.ts";
export { upgradedPair } from "./upgrade/memory.ts";
export { type CallOptions, createGrpcChannel, type GrpcChannel, type GrpcChannelOptions } from "./grpc/channel.ts";
export {
  type FieldDescriptor,
  loadProtocol,
  type Message,
  type MessageCodec,
  type MethodDescriptor,
  type Protocol,
  type ProtocolDescriptor,
} from "./grpc/codec.ts";
export type { GrpcCallContext, GrpcImplementation, StreamHandler, UnaryHandler } from "./grpc/call.ts";
export { type GrpcServer, type GrpcServerOptions, listenGrpc } from "./grpc/server.ts";
export type { PlainAnswer } from "./grpc/plain.ts";
export { type PreparedMessage, WRITE_MESSAGE } from "./grpc/prepared.ts";
export { type GrpcMethod, type GrpcService, loadService } from "./grpc/service.ts";
export { GrpcError, type GrpcMetadata, type GrpcStatusName } from "./grpc/status.ts";
export { type Int64, WireWriter } from "./grpc/wire.ts";
export { nameServer } from "./name-server.ts";
