/** The flags of every component, under upstream's names: one table each. Start at {@link parseFlags}. */
import { APISERVER_FLAGS } from "./apiserver.ts";
import {
  CLOUD_CONTROLLER_MANAGER_FLAGS,
  CONTROLLER_MANAGER_FLAGS,
  DNS_FLAGS,
  PROXY_FLAGS,
  SCHEDULER_FLAGS,
} from "./controlplane.ts";
import type { FlagValues } from "./flag.ts";
import { KUBELET_FLAGS } from "./kubelet.ts";

export type { ApiServerFlags } from "./apiserver.ts";
export type {
  ClientFlags,
  CloudControllerManagerFlags,
  ControllerManagerFlags,
  DnsFlags,
  HealthFlags,
  LeaderFlags,
  ProxyFlags,
  SchedulerFlags,
} from "./controlplane.ts";
export { parseDuration } from "./duration.ts";
export { ETCD_FLAGS, type EtcdFlags } from "./etcd.ts";
export { describeFlags, flagTexts, type FlagTable, type FlagValues, parseFlags, readFlagFile } from "./flag.ts";
export { KUBELET_FLAGS, type KubeletFlags } from "./kubelet.ts";

export const FLAG_TABLES = {
  apiserver: APISERVER_FLAGS,
  scheduler: SCHEDULER_FLAGS,
  "controller-manager": CONTROLLER_MANAGER_FLAGS,
  "cloud-controller-manager": CLOUD_CONTROLLER_MANAGER_FLAGS,
  kubelet: KUBELET_FLAGS,
  proxy: PROXY_FLAGS,
  dns: DNS_FLAGS,
} as const;

export type Component = keyof typeof FLAG_TABLES;
export const COMPONENTS = Object.keys(FLAG_TABLES) as readonly Component[];
export type ComponentFlags = { readonly [Name in Component]: FlagValues<(typeof FLAG_TABLES)[Name]> };
