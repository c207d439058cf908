/**
 * Components as processes start them: flags in, something that runs out. One function each, the same apart and in one
 * process. A door of its own beside the folder's: a process that is one component loads no other.
 */
import type { Component, ComponentFlags, ProxyFlags } from "../flags/index.ts";
import type { ComponentEnvironment, RunningComponent } from "./environment.ts";

export { type Component, describeFlags, FLAG_TABLES, parseFlags } from "../flags/index.ts";
export { releaseStartGarbage } from "../start-garbage.ts";
export type { ComponentEnvironment, RunningComponent } from "./environment.ts";

type Starters = {
  readonly [Name in Component]: (
    flags: ComponentFlags[Name],
    environment: ComponentEnvironment,
  ) => Promise<RunningComponent>;
};

export const STARTERS: Starters = {
  apiserver: async (flags, environment) => {
    await (await import("./apiserver.ts")).startApiServerComponent(flags, environment);
    return { ready: Promise.resolve() };
  },
  scheduler: async (flags, environment) => (await import("./scheduler.ts")).startSchedulerComponent(flags, environment),
  "controller-manager": async (flags, environment) =>
    (await import("./controller-manager.ts")).startControllerManagerComponent(flags, environment),
  "cloud-controller-manager": async (flags, environment) =>
    (await import("./cloud-controller-manager.ts")).startCloudControllerManagerComponent(flags, environment),
  kubelet: async (flags, environment) => (await import("./kubelet.ts")).startKubeletComponent(flags, environment),
  proxy: async (flags, environment) => (await import("./proxy.ts")).startProxyComponent(flags, environment),
  dns: async (flags, environment) => (await import("./dns.ts")).startDnsComponent(flags, environment),
};

/** Takes the proxy's rules away from this machine: --cleanup. */
export async function cleanupProxy(flags: ProxyFlags, environment: Pick<ComponentEnvironment, "log">): Promise<void> {
  await (await import("./proxy.ts")).cleanupProxy(flags, environment);
}
