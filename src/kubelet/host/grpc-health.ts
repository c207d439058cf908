import { connect as connectHttp2 } from "node:http2";
import type { NetworkAnswer } from "./host.ts";

export interface HealthQuestion {
  readonly host: string;
  readonly port: number;
  readonly service: string;
  readonly timeoutMs: number;
}

const UNIMPLEMENTED = 12;

/** Asks the standard gRPC health service; the answer's status is the protocol's own (1 is serving). */
export function checkHealth(question: HealthQuestion, signal: AbortSignal): Promise<NetworkAnswer> {
  const { host, port, service, timeoutMs } = question;
  const { promise, resolve } = Promise.withResolvers<NetworkAnswer>();
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const late = AbortSignal.timeout(timeoutMs);
  const session = connectHttp2(`http://${address}`);
  const finish = (answer: NetworkAnswer) => {
    resolve(answer);
    session.destroy();
  };
  const lost = () =>
    finish({
      type: "failed",
      message: `timeout: failed to connect service "${address}" within ${timeoutMs / 1000}s: context deadline exceeded`,
    });
  session.on("error", lost);
  const both = AbortSignal.any([signal, late]);
  both.addEventListener("abort", lost, { once: true });
  const stream = session.request({
    ":method": "POST",
    ":path": "/grpc.health.v1.Health/Check",
    "content-type": "application/grpc",
    te: "trailers",
  });
  const chunks: Buffer[] = [];
  let code: number | undefined;
  let message = "";
  const take = (headers: Record<string, unknown>) => {
    if (headers["grpc-status"] === undefined) return;
    code = Number(headers["grpc-status"]);
    message = String(headers["grpc-message"] ?? "");
  };
  stream.on("response", take);
  stream.on("trailers", take);
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", lost);
  stream.on("close", () => finish(answerOf({ code, message, address, body: Buffer.concat(chunks) })));
  stream.end(framed(service));
  return promise;
}

/** HealthCheckRequest{service} behind gRPC's five bytes. */
function framed(service: string): Buffer {
  const name = Buffer.from(service);
  const request = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(request.length, 1);
  return Buffer.concat([prefix, request]);
}

function answerOf(end: {
  readonly code: number | undefined;
  readonly message: string;
  readonly address: string;
  readonly body: Buffer;
}): NetworkAnswer {
  const { code, message, address, body } = end;
  if (code === UNIMPLEMENTED) {
    const text = `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`;
    return { type: "failed", message: text };
  }
  if (code !== 0) return { type: "failed", message: `error: health rpc failed for "${address}": ${message}` };
  // HealthCheckResponse{status}: one small number, or nothing for 0.
  const status = body.length > 6 && body[5] === 0x08 ? body[6]! : 0;
  return { type: "answered", status, body: "" };
}
