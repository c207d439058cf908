import type { LeaseOptions } from "../runtime/index.ts";
import type { Explanation } from "./explain.ts";
import type { PluginFactory } from "./plugins/all.ts";
import type { SchedulerConfiguration } from "./profile.ts";

/** How a scheduler is started. */
export interface SchedulerOptions {
  /** Profiles, plugins and times, as KubeSchedulerConfiguration v1 has them. */
  readonly configuration?: SchedulerConfiguration;
  /** Plugins beyond the built-in ones, by name; profiles switch them on. */
  readonly plugins?: ReadonlyMap<string, PluginFactory>;
  /** Seconds after which an unschedulable pod is tried again without cause. Default 300. */
  readonly podMaxInUnschedulablePodsDuration?: number;
  /** Only one scheduler acts at a time. Default as configured, true. */
  readonly leaderElect?: boolean;
  /** Name of this instance in the leader Lease; default random. */
  readonly identity?: string;
  /** Name and times of that Lease, where they differ from the configuration's. */
  readonly lease?: LeaseOptions;
}

/** A running scheduler. */
export interface Scheduler {
  /** Resolves once the caches are filled. */
  readonly ready: Promise<void>;
  readonly isReady: boolean;
  /** Why the pod is where it is, or nowhere; undefined when nothing was decided about it, or too long ago. */
  explain(namespace: string, name: string): Explanation | undefined;
  /** Pods that wait for a node. */
  readonly pending: number;
  /** In the text format that Prometheus reads. */
  metrics(): string;
  readonly configuration: SchedulerConfiguration;
}
