import { formatTime } from "../../base/index.ts";
import type { ContainerStatus as ApiContainerStatus, Container } from "../../api/index.ts";
import { isSidecar } from "../pod/names.ts";
import { latest, type ObservedContainer, shouldRestart } from "../sync/observed.ts";
import { givenResources, type Resized } from "../sync/resize.ts";
import type { StatusInput } from "./status-input.ts";

type State = NonNullable<ApiContainerStatus["state"]>;
type Statuses = readonly ApiContainerStatus[] | undefined;

/** The API's view of a list of containers: main ones by name, init ones in their order. */
export function containerStatusesOf(
  input: StatusInput,
  containers: readonly Container[],
  previous: Statuses,
  kind: "main" | "init",
): readonly ApiContainerStatus[] {
  const statuses = containers.map((container) => {
    const before = previous?.find((each) => each.name === container.name);
    return containerStatus({ input, container, before, kind });
  });
  return kind === "init" ? statuses : statuses.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface One {
  readonly input: StatusInput;
  readonly container: Container;
  readonly before: ApiContainerStatus | undefined;
  readonly kind: "main" | "init";
}

function containerStatus(one: One): ApiContainerStatus {
  const { input, container, before, kind } = one;
  const tries = input.runtime.containers.filter((each) => each.metadata.name === container.name);
  const [last, previous] = tries;
  const waiting = input.waiting.get(container.name);
  const lastState = previous ? stateOf(previous, input) : lastStateBefore(one, last);
  const shown = last ? stateOf(last, input) : vanishedState(one);
  const hidesEnd = waiting !== undefined && willRestart(input, container, kind);
  const state: State = hidesEnd ? { waiting: clean(waiting) } : shown;
  const started = last?.state === "Running" && hasStarted(input, container, last.id);
  const id = last ? { containerID: `${input.runtimeName}://${last.id}` } : idBefore(before);
  const status: ApiContainerStatus = {
    name: container.name,
    state,
    lastState: hidesEnd && shown.terminated ? { terminated: shown.terminated } : lastState,
    ready: isReady(one, last, started),
    restartCount: last?.metadata.attempt ?? before?.restartCount ?? 0,
    image: last?.image ?? before?.image ?? container.image ?? "",
    imageID: last?.imageRef ?? before?.imageID ?? "",
    ...id,
    started,
  };
  return { ...status, ...runtimeDetails(container, last, input.resized) };
}

function idBefore(before: ApiContainerStatus | undefined): { containerID?: string } {
  return before?.containerID ? { containerID: before.containerID } : {};
}

/** Resources and mounts of a container that runs. */
function runtimeDetails(
  container: Container,
  last: ObservedContainer | undefined,
  resized: Resized,
): Partial<ApiContainerStatus> {
  const mounts = (container.volumeMounts ?? []).map((mount) => ({
    name: mount.name,
    mountPath: mount.mountPath,
    ...(mount.readOnly
      ? { readOnly: true, recursiveReadOnly: mount.recursiveReadOnly === "Enabled" ? "Enabled" : "Disabled" }
      : {}),
  }));
  const { requests, limits } = (last && givenResources(last, resized)) ?? container.resources;
  return {
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    ...(last?.state === "Running" && (requests || limits)
      ? { resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) } }
      : {}),
    ...(last?.state === "Running" && requests ? { allocatedResources: requests } : {}),
  };
}

/** What is known of the end before this one; a container that ran and isn't there any more ended too. */
function lastStateBefore({ input, before }: One, last: ObservedContainer | undefined): State {
  if (last || input.over || !before?.state?.running) return before?.lastState ?? {};
  const message = "The container could not be located when the pod was deleted.  The container used to be Running";
  return { terminated: lost(before, { message, startedAt: null, finishedAt: null }) };
}

/** What to say of a container the runtime has nothing of. */
function vanishedState({ input, before, kind }: One): State {
  if (before?.state?.terminated) return before.state;
  const init = (input.pod.spec.initContainers ?? []).length > 0;
  const waits = { waiting: { reason: init || kind === "init" ? "PodInitializing" : "ContainerCreating" } };
  if (!input.over) return waits;
  const running = before?.state?.running;
  if (!running) return before?.state ?? waits;
  const message = "The container could not be located when the pod was terminated";
  const { startedAt = null } = running;
  return { terminated: lost(before, { message, startedAt, finishedAt: formatTime(input.now) }) };
}

function lost(
  before: ApiContainerStatus,
  how: { readonly message: string; readonly startedAt: string | null; readonly finishedAt: string | null },
) {
  const id = before.containerID ? { containerID: before.containerID } : {};
  return { exitCode: 137, reason: "ContainerStatusUnknown", ...how, ...id } as NonNullable<State["terminated"]>;
}

function stateOf(observed: ObservedContainer, input: StatusInput): State {
  switch (observed.state) {
    case "Running":
      return { running: { startedAt: formatTime(observed.startedAtMs) } };
    case "Created":
      return { waiting: { reason: "ContainerCreating" } };
    case "Exited":
      return {
        terminated: terminated(observed, input, observed.reason || (observed.exitCode === 0 ? "Completed" : "Error")),
      };
    case "Unknown":
      return { terminated: terminated({ ...observed, exitCode: 137 }, input, "ContainerStatusUnknown") };
    default:
      return observed.state satisfies never;
  }
}

function terminated(observed: ObservedContainer, input: StatusInput, reason: string) {
  return {
    exitCode: observed.exitCode,
    reason,
    ...(observed.message === "" ? {} : { message: observed.message }),
    startedAt: formatTime(observed.startedAtMs),
    finishedAt: formatTime(observed.finishedAtMs),
    containerID: `${input.runtimeName}://${observed.id}`,
  };
}

function hasStarted(input: StatusInput, container: Container, id: string): boolean {
  return container.startupProbe === undefined || input.probes.startup(id) === "success";
}

function isReady(one: One, last: ObservedContainer | undefined, started: boolean): boolean {
  const { input, container, kind } = one;
  if (kind === "init" && !isSidecar(container)) return last?.state === "Exited" && last.exitCode === 0;
  if (last?.state !== "Running" || !started) return false;
  return container.readinessProbe === undefined || input.probes.readiness(last.id) === "success";
}

function clean({ reason, message }: { readonly reason: string; readonly message: string }) {
  return message === "" ? { reason } : { reason, message };
}

/** Whether a container waits for its next start rather than being over. */
function willRestart(input: StatusInput, container: Container, kind: "main" | "init"): boolean {
  if (input.over) return false;
  const status = latest(input.runtime, container.name);
  if (kind === "init" && !isSidecar(container) && status?.state === "Exited" && status.exitCode === 0) return false;
  return shouldRestart(input.pod, container, status);
}
