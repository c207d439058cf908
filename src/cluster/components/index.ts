/** Components as processes start them: flags in, something that runs out. One function each, the same apart and in one process. */
import type { Component, ComponentFlags } from "../flags/index.ts";
import { startApiServerComponent } from "./apiserver.ts";
import { startCloudControllerManagerComponent } from "./cloud-controller-manager.ts";
import { startControllerManagerComponent } from "./controller-manager.ts";
import { startDnsComponent } from "./dns.ts";
import type { ComponentEnvironment, RunningComponent } from "./environment.ts";
import { startKubeletComponent } from "./kubelet.ts";
import { startProxyComponent } from "./proxy.ts";
import { startSchedulerComponent } from "./scheduler.ts";

type Starters = {
  readonly [Name in Component]: (
    flags: ComponentFlags[Name],
    environment: ComponentEnvironment,
  ) => Promise<RunningComponent>;
};

export const STARTERS: Starters = {
  apiserver: async (flags, environment) => {
    await startApiServerComponent(flags, environment);
    return { ready: Promise.resolve() };
  },
  scheduler: startSchedulerComponent,
  "controller-manager": startControllerManagerComponent,
  "cloud-controller-manager": startCloudControllerManagerComponent,
  kubelet: startKubeletComponent,
  proxy: startProxyComponent,
  dns: startDnsComponent,
};
