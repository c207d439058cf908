import { parseTime } from "../../base/index.ts";
import type { ApiResponse } from "../../net/index.ts";
import type { Kubelet } from "../kubelet.ts";
import { findContainer } from "../pod/names.ts";
import { type LogOptions, readLog } from "./log-reader.ts";
import { HttpProblem, triesOf } from "./places.ts";

export interface LogsCall {
  readonly kubelet: Kubelet;
  /** Namespace, pod, container. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
}

/** The log of a container's last try, or of the one before with `previous`. */
export async function containerLogs({ kubelet, parts, query, signal }: LogsCall): Promise<ApiResponse> {
  const [namespace = "", name = "", container = ""] = parts;
  const pod = kubelet.podByName(namespace, name);
  if (!pod) throw new HttpProblem(404, `pod "${name}" not found`);
  if (!findContainer(pod, container)) throw new HttpProblem(404, `container ${container} not found in pod ${name}`);
  const { clock, host, runtime } = kubelet.context;
  const tries = await triesOf(kubelet, pod, container, signal);
  const previous = query.get("previous") === "true";
  const wanted = previous ? tries[1] : tries[0];
  const place = `container "${container}" in pod "${name}"`;
  if (!wanted && previous) throw new HttpProblem(400, `previous terminated ${place} not found`);
  if (!wanted || wanted.state === "Created")
    throw new HttpProblem(400, waitingText(kubelet, name, namespace, container));
  const ended = async () => {
    const now = await runtime.containerStatus(wanted.id, signal).catch(() => undefined);
    return now?.state !== "Running";
  };
  const source = { files: host.files, path: wanted.logPath, clock, ended };
  const chunks = readLog(source, logOptions(query, clock.now()), signal);
  return { status: 200, headers: { "content-type": "text/plain" }, body: { type: "stream", chunks } };
}

function waitingText(kubelet: Kubelet, name: string, namespace: string, container: string): string {
  const statuses = kubelet.podByName(namespace, name)?.status.containerStatuses ?? [];
  const reason = statuses.find((each) => each.name === container)?.state?.waiting?.reason ?? "ContainerCreating";
  const cause = { ErrImagePull: "image can't be pulled", ImagePullBackOff: "trying and failing to pull image" }[reason];
  return `container "${container}" in pod "${name}" is waiting to start: ${cause ?? reason}`;
}

function logOptions(query: URLSearchParams, nowMs: number): LogOptions {
  const number = (name: string) => {
    const value = query.get(name);
    if (value === null || value === "") return undefined;
    if (!/^\d+$/.test(value)) throw new HttpProblem(400, `invalid ${name}: "${value}"`);
    return Number(value);
  };
  const sinceSeconds = number("sinceSeconds");
  const sinceTime = query.get("sinceTime");
  const tailLines = number("tailLines");
  const limitBytes = number("limitBytes");
  const stream = query.get("stream") ?? "All";
  if (stream !== "All" && stream !== "Stdout" && stream !== "Stderr")
    throw new HttpProblem(400, `invalid stream: "${stream}"`);
  return {
    follow: query.get("follow") === "true",
    timestamps: query.get("timestamps") === "true",
    stream,
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds !== undefined
      ? { sinceMs: nowMs - sinceSeconds * 1000 }
      : sinceTime
        ? { sinceMs: parseTime(sinceTime) }
        : {}),
  };
}
