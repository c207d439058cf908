/**
 * A cluster put together: in this process for tests ({@link Cluster}), or as the server that `navarch up` runs.
 * The only folder that knows all components; they don't know each other.
 */
export { Cluster, type ClusterOptions } from "./cluster.ts";
export type { SettleOptions } from "./settle.ts";
export { type ClusterConfig, ConfigError, defaultDataDirectory, parseConfig, type RawConfig } from "./config.ts";
export { removeNode } from "./remove-node.ts";
export { type RunningCluster, up, type UpOptions, whyNotReal } from "./up.ts";
