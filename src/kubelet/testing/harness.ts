import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { MemoryRuntime, type ImageBehaviour } from "../cri/index.ts";
import { MemoryHost, type SimulatedMachine } from "../host/index.ts";
import { type Kubelet, runKubelet } from "../kubelet.ts";
import type { KubeletOptions } from "../options.ts";
import { FakeApi, FakeEvents } from "./fake-api.ts";

export interface Harness extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly api: FakeApi;
  readonly events: FakeEvents;
  readonly runtime: MemoryRuntime;
  readonly host: MemoryHost;
  readonly kubelet: Kubelet;
  readonly failures: unknown[];
  /** Stops this kubelet and starts another on the same runtime and machine. */
  restart(): Promise<void>;
}

/** One kubelet on a simulated machine under virtual time, with a table for an API server. */
export async function startHarness(
  options: {
    readonly images?: Readonly<Record<string, ImageBehaviour>>;
    readonly machine?: SimulatedMachine;
    readonly kubelet?: Partial<KubeletOptions>;
  } = {},
): Promise<Harness> {
  const clock = new VirtualClock();
  const api = new FakeApi();
  api.nowMs = () => clock.now();
  const events = new FakeEvents();
  const failures: unknown[] = [];
  const machine = { addresses: ["192.168.0.7"], ...options.machine };
  const host = new MemoryHost({ clock, hostname: "node-1", machine });
  const runtime = new MemoryRuntime({ clock, random: seededRandom(1), host, images: options.images ?? {} });
  const start = async () => {
    const scope = new Scope((error) => failures.push(error));
    const component = { client: undefined as never, clock, random: seededRandom(2), log: silentLog, scope };
    const settings = {
      nodeName: "node-1",
      dataDirectory: "/data/kubelet",
      clusterDNS: ["10.96.0.10"],
      ...options.kubelet,
    };
    const kubelet = await runKubelet(component, { runtime, host, api, events }, settings);
    await clock.drain();
    return { scope, kubelet };
  };
  let running = await start();
  return {
    clock,
    api,
    events,
    runtime,
    host,
    failures,
    get kubelet() {
      return running.kubelet;
    },
    async restart() {
      await running.scope.close();
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await running.scope.close();
      await runtime.close();
    },
  };
}
