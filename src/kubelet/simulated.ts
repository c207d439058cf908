import type { Clock, Random } from "../base/index.ts";
import type { ComponentContext } from "../runtime/index.ts";
import { type ImageBehaviour, MemoryRuntime } from "./cri/index.ts";
import { MemoryHost, type SimulatedMachine } from "./host/index.ts";
import { type Kubelet, runKubelet } from "./kubelet.ts";
import type { KubeletOptions } from "./options.ts";

/** The machine and the containers of a simulated node: what outlives its kubelet, and what a fork copies. */
export interface Simulation {
  readonly host: MemoryHost;
  readonly runtime: MemoryRuntime;
  /** An independent copy in the same state, on a clock that shows the same time. */
  fork(clock: Clock, random: Random): Simulation;
}

export interface SimulationOptions {
  readonly nodeName: string;
  readonly machine?: SimulatedMachine;
  /** How containers of these images behave. */
  readonly images?: Readonly<Record<string, ImageBehaviour>>;
}

/** A machine in memory with nothing on it yet. */
export function createSimulation(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { nodeName, machine = {}, images = {} }: SimulationOptions,
): Simulation {
  const host = new MemoryHost({ clock, hostname: nodeName, machine });
  return wrap(host, new MemoryRuntime({ clock, random, host, images }));
}

function wrap(host: MemoryHost, runtime: MemoryRuntime): Simulation {
  return {
    host,
    runtime,
    fork(clock, random) {
      const copy = host.fork(clock);
      return wrap(copy, runtime.fork({ clock, random, host: copy }));
    },
  };
}

/** The same kubelet on a simulated machine. */
export function startSimulatedKubelet(
  context: ComponentContext,
  options: Omit<KubeletOptions, "dataDirectory"> & { readonly simulation: Simulation },
): Promise<Kubelet> {
  const { simulation, ...rest } = options;
  const { host, runtime } = simulation;
  return runKubelet(context, { host, runtime }, { ...rest, dataDirectory: "/var/lib/kubelet" });
}
