import { parseTime, own } from "../../base/index.ts";
import type { Pod } from "../../api/index.ts";
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
  const id = loggedContainer({ pod, container, previous: query.get("previous") === "true" });
  const tries = await triesOf(kubelet, pod, container, signal);
  const wanted = tries.find((each) => id.endsWith(`//${each.id}`));
  if (!wanted) throw new HttpProblem(404, `container ${container} of pod ${name} is gone, and its log with it`);
  const ended = async () => {
    const now = await runtime.containerStatus(wanted.id, signal).catch(() => undefined);
    return now?.state !== "Running";
  };
  const source = { files: host.files, path: wanted.logPath, clock, ended };
  const chunks = readLog(source, logOptions(query, clock.now()), signal);
  return { status: 200, headers: { "content-type": "text/plain" }, body: { type: "stream", chunks } };
}

/** Which of a container's tries has the log that is asked for, by its status. */
export function loggedContainer(asked: {
  readonly pod: Pod;
  readonly container: string;
  readonly previous: boolean;
}): string {
  const { pod, container, previous } = asked;
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status;
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  const status = all.find((each) => each.name === container);
  const place = `container "${container}" in pod "${pod.metadata.name}"`;
  if (!status) throw new HttpProblem(400, `${place} is not available`);
  const before = status.lastState?.terminated;
  if (previous) {
    if (before?.containerID) return before.containerID;
    throw new HttpProblem(400, `previous terminated ${place} not found`);
  }
  const { running, terminated, waiting } = status.state ?? {};
  if (running && status.containerID) return status.containerID;
  const ended = terminated ?? before;
  const id = terminated?.containerID ?? before?.containerID;
  if (id) return id;
  if (ended) throw new HttpProblem(400, `${place} is terminated`);
  const reason = waiting?.reason ?? "ContainerCreating";
  throw new HttpProblem(400, `${place} is waiting to start: ${own(WAITING, reason) ?? reason}`);
}

const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: "trying and failing to pull image",
};

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
