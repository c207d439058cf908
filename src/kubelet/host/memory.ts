import type { Clock } from "../../base/index.ts";
import type {
  CgroupLimits,
  Host,
  HostCgroups,
  HostLinks,
  HostNetwork,
  HttpProbe,
  MachineFacts,
  MachineUsage,
  NetworkAnswer,
} from "./host.ts";
import { MemoryFiles, MemoryMounts } from "./memory-files.ts";

/** What a simulated machine says of itself; anything left out has a sensible value. */
export type SimulatedMachine = Partial<MachineFacts> & {
  readonly diskBytes?: number;
  readonly usage?: Partial<MachineUsage>;
};

/** Who answers on a simulated machine: the containers of its runtime. */
export interface SimulatedNetwork {
  reach(host: string, port: number): Reached;
}

/** What a connection finds: somebody who answers HTTP, or nobody. */
export type Reached =
  | {
      readonly type: "reached";
      answer(request: {
        readonly method: string;
        readonly path: string;
        readonly query: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: Uint8Array;
      }): Promise<{
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: Uint8Array;
        /** How long it takes. */
        readonly afterMs: number;
      }>;
    }
  | { readonly type: "failed"; readonly message: string };

const GIB = 1024 ** 3;

/** A machine in memory: files, mounts and figures without anything behind them. */
export class MemoryHost implements Host {
  readonly files: MemoryFiles;
  readonly mounts: MemoryMounts;
  readonly cgroups: HostCgroups;
  readonly network: HostNetwork;
  readonly links: HostLinks = { bridges: async () => [], ensureBridge: async () => {}, remove: async () => {} };
  readonly #machine: SimulatedMachine;
  readonly hostname: string;
  readonly #clock: Clock;
  #containers: SimulatedNetwork = { reach: (host, port) => refused(host, port) };

  constructor(options: {
    readonly clock: Clock;
    readonly hostname: string;
    readonly machine?: SimulatedMachine;
    readonly from?: MemoryHost;
  }) {
    this.files = new MemoryFiles(options.clock, options.from?.files);
    this.mounts = options.from?.mounts.copy() ?? new MemoryMounts();
    this.cgroups = memoryCgroups();
    this.network = this.#network();
    this.#machine = options.machine ?? {};
    this.#clock = options.clock;
    this.hostname = options.hostname;
  }

  /** Addresses of the machine itself. */
  get addresses(): readonly string[] {
    return this.#machine.addresses ?? [];
  }

  /** Probes and hooks reach `containers` from now on. */
  connectNetwork(containers: SimulatedNetwork): void {
    this.#containers = containers;
  }

  /** A machine with a copy of this one's files and mounts. */
  fork(clock: Clock): MemoryHost {
    return new MemoryHost({ clock, hostname: this.hostname, machine: this.#machine, from: this });
  }

  async facts(): Promise<MachineFacts> {
    return {
      machineID: "",
      systemUUID: "",
      bootID: "",
      kernelVersion: "6.12.0-simulated",
      osImage: "Navarch simulated node",
      operatingSystem: "linux",
      architecture: "amd64",
      hostname: this.hostname,
      cpuCount: 8,
      memoryBytes: 32 * GIB,
      swapBytes: 0,
      pidsMax: 4194304,
      cgroupVersion: 2,
      addresses: [],
      ...this.#machine,
    };
  }

  async usage(): Promise<MachineUsage> {
    const { memoryBytes } = await this.facts();
    const diskBytes = this.#machine.diskBytes ?? 100 * GIB;
    return {
      memoryAvailableBytes: memoryBytes * 0.9,
      memoryWorkingSetBytes: memoryBytes * 0.1,
      cpuCoreNanoseconds: 0,
      diskCapacityBytes: diskBytes,
      diskAvailableBytes: diskBytes * 0.9,
      inodes: 6_553_600,
      inodesFree: 6_000_000,
      pidsUsed: 100,
      ...this.#machine.usage,
    };
  }

  /** A simulated kernel ends nothing: only a script says that a container wanted too much. */
  async killedForMemory(_containerId: string): Promise<boolean> {
    return false;
  }

  #network(): HostNetwork {
    return {
      http: (probe, signal) => this.#http(probe, signal),
      tcp: async (host, port) => {
        const reached = this.#containers.reach(host, port);
        return reached.type === "failed" ? reached : { type: "answered", status: 0, body: "" };
      },
      // The status is that of the health protocol: 1 is serving.
      grpc: async ({ host, port }) => {
        const reached = this.#containers.reach(host, port);
        return reached.type === "failed" ? reached : { type: "answered", status: 1, body: "" };
      },
    };
  }

  async #http(probe: HttpProbe, signal: AbortSignal): Promise<NetworkAnswer> {
    const { scheme, host, port, path: target, timeoutMs } = probe;
    const failed = (message: string) =>
      ({ type: "failed", message: `Get "${scheme.toLowerCase()}://${host}:${port}${target}": ${message}` }) as const;
    const reached = this.#containers.reach(host, port);
    if (reached.type === "failed") return failed(reached.message);
    const [path = "", ...rest] = target.split("?");
    const headers = Object.fromEntries([
      ["user-agent", "kube-probe/1.36"],
      ["accept", "*/*"],
      ...probe.headers.map(({ name, value }) => [name.toLowerCase(), value]),
    ]);
    const request = { method: "GET", path, query: rest.join("?"), headers, body: new Uint8Array(0) };
    const { status, body, afterMs } = await reached.answer(request);
    if (afterMs > 0) await this.#clock.sleep(Math.min(afterMs, timeoutMs), signal);
    if (afterMs >= timeoutMs)
      return failed("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    return { type: "answered", status, body: new TextDecoder().decode(body) };
  }
}

function memoryCgroups(): HostCgroups {
  const made = new Map<string, CgroupLimits>();
  return {
    async ensure(path, limits) {
      made.set(path, limits);
    },
    // Processes of the runtime in memory are in no cgroup.
    async kill() {},
    async remove(path) {
      for (const each of [...made.keys()]) if (each === path || each.startsWith(`${path}/`)) made.delete(each);
    },
    async list(path) {
      const below = [...made.keys()].filter((each) => each.startsWith(`${path}/`));
      return [...new Set(below.map((each) => each.slice(path.length + 1).split("/")[0]!))].sort();
    },
  };
}

/** How a refused connection is worded. */
export function refused(host: string, port: number): { readonly type: "failed"; readonly message: string } {
  return { type: "failed", message: `dial tcp ${host}:${port}: connect: connection refused` };
}
