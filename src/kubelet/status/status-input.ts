import type { Pod } from "../../api/index.ts";
import type { PodRuntime } from "../sync/observed.ts";
import type { ProbeView, Waiting } from "../sync/plan.ts";
import type { Resized } from "../sync/resize.ts";

/** Everything a pod's status is made of. */
export interface StatusInput {
  readonly pod: Pod;
  readonly runtime: PodRuntime;
  readonly probes: ProbeView;
  /** Why containers wait, by name. */
  readonly waiting: ReadonlyMap<string, Waiting>;
  readonly hostIPs: readonly string[];
  /** How the runtime calls itself, the scheme of container ids. */
  readonly runtimeName: string;
  readonly now: number;
  /** Nothing of the pod will start again. */
  readonly over: boolean;
  /** What running containers were given after their start. */
  readonly resized: Resized;
  /** Why they don't get what the pod asks for now. */
  readonly resizePending?: { readonly reason: string; readonly message: string } | undefined;
  /** Why the kubelet ended the pod. */
  readonly verdict?: { readonly reason: string; readonly message: string };
}
