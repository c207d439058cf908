import { own } from "../../base/index.ts";
import { connect } from "node:net";
import { nodeHttp, nodeHttps } from "../../net/index.ts";
import { checkHealth } from "./grpc-health.ts";
import type { HostNetwork, HttpProbe, NetworkAnswer } from "./host.ts";

const BODY_BYTES_MAX = 10 * 1024;
const USER_AGENT = "kube-probe/1.36";
const REDIRECTS_MAX = 10;

/** Probes over the machine's network. */
export function linuxNetwork(): HostNetwork {
  return {
    http: (probe, signal) => http(probe, signal, REDIRECTS_MAX),
    tcp,
    grpc: checkHealth,
  };
}

function http(probe: HttpProbe, signal: AbortSignal, redirects: number): Promise<NetworkAnswer> {
  const { promise, resolve } = Promise.withResolvers<NetworkAnswer>();
  const url = `${probe.scheme.toLowerCase()}://${bracket(probe.host)}:${probe.port}${probe.path}`;
  const fail = (message: string) => resolve({ type: "failed", message: `Get "${url}": ${message}` });
  const headers: Record<string, string> = { "User-Agent": USER_AGENT, Accept: "*/*", Connection: "close" };
  for (const { name, value } of probe.headers) headers[name] = value;
  const send = probe.scheme === "HTTPS" ? nodeHttps.request : nodeHttp.request;
  const late = AbortSignal.timeout(probe.timeoutMs);
  const request = send(
    url,
    { headers, agent: false, rejectUnauthorized: false, signal: AbortSignal.any([signal, late]) },
    (response) => {
      const status = response.statusCode ?? 0;
      const target = status >= 300 && status < 400 ? redirectTarget(response.headers.location, url) : undefined;
      if (target && redirects > 0) {
        response.destroy();
        resolve(http({ ...probe, ...target }, signal, redirects - 1));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= BODY_BYTES_MAX) chunks.push(chunk);
      });
      const finish = () => resolve({ type: "answered", status, body: Buffer.concat(chunks).toString() });
      response.on("end", finish);
      response.on("error", finish);
    },
  );
  request.on("error", (error) => {
    if (late.aborted) fail("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    else fail(wordError(error, probe.host, probe.port));
  });
  request.end();
  return promise;
}

/** Where a redirect on the same host leads; another host's word doesn't count. */
function redirectTarget(location: string | undefined, from: string): Partial<HttpProbe> | undefined {
  if (location === undefined) return undefined;
  const target = new URL(location, from);
  if (target.hostname !== new URL(from).hostname) return undefined;
  const scheme = target.protocol === "https:" ? "HTTPS" : "HTTP";
  return {
    scheme,
    port: Number(target.port) || (scheme === "HTTPS" ? 443 : 80),
    path: target.pathname + target.search,
  };
}

function tcp(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<NetworkAnswer> {
  const { promise, resolve } = Promise.withResolvers<NetworkAnswer>();
  const late = AbortSignal.timeout(timeoutMs);
  const socket = connect({ host, port, signal: AbortSignal.any([signal, late]) });
  socket.on("connect", () => {
    socket.destroy();
    resolve({ type: "answered", status: 0, body: "" });
  });
  socket.on("error", (error) => {
    const message = late.aborted ? `dial tcp ${bracket(host)}:${port}: i/o timeout` : wordError(error, host, port);
    resolve({ type: "failed", message });
  });
  return promise;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
};

function wordError(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === "ENOTFOUND") return `dial tcp: lookup ${host}: no such host`;
  if (error.code === "ECONNRESET") return `read tcp ${bracket(host)}:${port}: read: connection reset by peer`;
  const words = own(WORDS, error.code ?? "");
  return words === undefined ? error.message : `dial tcp ${bracket(host)}:${port}: ${words}`;
}

function bracket(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
