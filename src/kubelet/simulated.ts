import type { Clock, Random } from "../base/index.ts";
import type { ComponentContext } from "../runtime/index.ts";
import { type ApiRequest, type ApiResponse, type Handler, NetError, readBody } from "../net/index.ts";
import { HTTP_BODY_BYTES_MAX, type ImageBehaviour, MemoryRuntime } from "./cri/index.ts";
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

/** Where a connection goes; without a port, to that of its scheme. */
export interface SimulatedTarget {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: string | undefined;
}

/**
 * Reaches the pods of simulated nodes, and the nodes. Undefined for an address that is none of theirs; one that nobody has
 * at the moment refuses.
 */
export function dialSimulated(
  simulations: ReadonlyMap<string, Simulation>,
  clock: Clock,
): (target: SimulatedTarget) => Handler | undefined {
  return ({ scheme, host, port }) => {
    for (const { runtime } of simulations.values()) {
      if (!runtime.hasAddress(host)) continue;
      const number = port === undefined ? DEFAULT_PORTS[scheme] : Number(port);
      return (request) => ask({ runtime, host, port: number, clock }, request);
    }
    return undefined;
  };
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

interface Place {
  readonly runtime: MemoryRuntime;
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
}

async function ask({ runtime, host, port, clock }: Place, request: ApiRequest): Promise<ApiResponse> {
  const reached = runtime.reach(host, port);
  if (reached.type === "failed") throw new NetError("connectFailed", reached.message);
  const { method, path, query, headers, signal } = request;
  const bytes = await readBody(request, HTTP_BODY_BYTES_MAX);
  const {
    status,
    headers: answered,
    body,
    afterMs,
  } = await reached.answer({ method, path, query, headers, body: bytes });
  if (afterMs > 0) await clock.sleep(afterMs, signal);
  if (method === "HEAD" || status === 204 || status === 304)
    return { status, headers: answered, body: { type: "none" } };
  const whole = { ...answered, "content-length": String(body.length) };
  return { status, headers: whole, body: { type: "stream", chunks: once(body) } };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
