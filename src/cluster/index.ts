/**
 * A cluster put together: in this process for tests ({@link Cluster}), as the server that `navarch up` runs, or component
 * by component. The only folder that knows all components; they don't know each other.
 */
export { isAlreadyExists, isConflict, isNotFound, StatusError } from "../api/index.ts";
export { type Client, dynamicKind } from "../client/index.ts";
export { Cluster } from "./cluster.ts";
export type { ClusterOptions } from "./cluster-options.ts";
export * as kinds from "./kinds.ts";
export type { ComponentEnvironment, RunningComponent } from "./components/environment.ts";
export { startEtcd } from "./components/etcd.ts";
export { type ClusterConfig, defaultDataDirectory, parseConfig } from "./config.ts";
export type { RawConfig } from "./data/config-file.ts";
export { type DataDirectory, openDataDirectory, purgeDataDirectory, runningPid } from "./data/data-directory.ts";
export type {
  ImageBehaviour,
  Routes,
  Script,
  ScriptedCommand,
  SimulatedRequest,
  SimulatedResponse,
} from "../kubelet/index.ts";
export { describeFlags, ETCD_FLAGS, parseFlags } from "./flags/index.ts";
export type { ClusterListener, ListenOptions } from "./network/listening.ts";
export { type MadePki, makePki } from "./data/make-pki.ts";
export { explained } from "./problems.ts";
export { removeNode } from "./remove-node.ts";
export { releaseStartGarbage } from "./start-garbage.ts";
export type { SettleOptions } from "./settle.ts";
export { type RunningCluster, type RunningState, up, type UpOptions } from "./up.ts";
