import { messageOf } from "../../base/index.ts";
import type { Container, Pod } from "../../api/index.ts";
import { CriError, type RuntimeService } from "../cri/index.ts";

import type { HostNetwork } from "../host/index.ts";
import { describePod } from "../pod/names.ts";
import { formatDuration } from "../sync/backoff.ts";

type Probe = NonNullable<Container["livenessProbe"]>;

export interface ProbeTarget {
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

export interface ProbeOutcome {
  readonly healthy: boolean;
  readonly output: string;
  /** Nothing was learned of the container: the question itself went wrong, and the outcome counts for nothing. */
  readonly errored?: true;
}

export interface ProbeTools {
  readonly runtime: RuntimeService;
  readonly network: HostNetwork;
}

/** Asks a container once. Never throws but for an abort: what goes wrong is an outcome too. */
export async function runProbe(
  probe: Probe,
  target: ProbeTarget,
  tools: ProbeTools,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const timeoutSeconds = probe.timeoutSeconds || 1;
  try {
    if (probe.exec) return await execProbe(probe.exec.command ?? [], target, timeoutSeconds, tools, signal);
    if (probe.httpGet) return await httpProbe(probe, target, tools, signal);
    if (probe.tcpSocket) return await tcpProbe(probe, target, tools, signal);
    if (probe.grpc) return await grpcProbe(probe, target, tools, signal);
    throw new Error(`missing probe handler for ${describePod(target.pod)}:${target.container.name}`);
  } catch (error) {
    signal.throwIfAborted();
    return { healthy: false, output: messageOf(error), errored: true };
  }
}

async function execProbe(
  command: readonly string[],
  target: ProbeTarget,
  timeoutSeconds: number,
  tools: ProbeTools,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  try {
    const result = await tools.runtime.execSync(target.containerId, command, timeoutSeconds, signal);
    const decoder = new TextDecoder();
    return { healthy: result.exitCode === 0, output: decoder.decode(result.stdout) + decoder.decode(result.stderr) };
  } catch (error) {
    if (error instanceof CriError && error.code === "deadline-exceeded") {
      const output = `command timed out: "${command.join(" ")}" timed out after ${formatDuration(timeoutSeconds * 1000)}`;
      return { healthy: false, output };
    }
    throw error;
  }
}

async function httpProbe(probe: Probe, target: ProbeTarget, tools: ProbeTools, signal: AbortSignal) {
  const action = probe.httpGet!;
  const answer = await tools.network.http(
    {
      scheme: action.scheme === "HTTPS" ? "HTTPS" : "HTTP",
      host: action.host || target.podIP,
      port: portNumber(action.port, target.container),
      path: withSlash(action.path ?? "/"),
      headers: action.httpHeaders ?? [],
      timeoutMs: (probe.timeoutSeconds || 1) * 1000,
    },
    signal,
  );
  if (answer.type === "failed") return { healthy: false, output: answer.message };
  if (answer.status >= 200 && answer.status < 400) return { healthy: true, output: answer.body };
  return { healthy: false, output: `HTTP probe failed with statuscode: ${answer.status}` };
}

async function tcpProbe(probe: Probe, target: ProbeTarget, tools: ProbeTools, signal: AbortSignal) {
  const action = probe.tcpSocket!;
  const port = portNumber(action.port, target.container);
  const timeoutMs = (probe.timeoutSeconds || 1) * 1000;
  const answer = await tools.network.tcp(action.host || target.podIP, port, timeoutMs, signal);
  return answer.type === "failed" ? { healthy: false, output: answer.message } : { healthy: true, output: "" };
}

const HEALTH_NAMES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

async function grpcProbe(probe: Probe, target: ProbeTarget, tools: ProbeTools, signal: AbortSignal) {
  const { port, service = "" } = probe.grpc!;
  const timeoutMs = (probe.timeoutSeconds || 1) * 1000;
  const answer = await tools.network.grpc({ host: target.podIP, port, service, timeoutMs }, signal);
  if (answer.type === "failed") return { healthy: false, output: answer.message };
  if (answer.status === 1) return { healthy: true, output: "" };
  return {
    healthy: false,
    output: `service unhealthy (responded with "${HEALTH_NAMES[answer.status] ?? answer.status}")`,
  };
}

/** A port by number or by the name the container gives it. */
export function portNumber(port: number | string, container: Container): number {
  const named = typeof port === "string" ? container.ports?.find((each) => each.name === port)?.containerPort : port;
  const value = named ?? Number(port);
  if (!Number.isInteger(value) || value <= 0 || value > 65535) throw new Error(`invalid port number: ${port}`);
  return value;
}

function withSlash(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
