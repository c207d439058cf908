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

/** Who answers network probes on a simulated machine: the containers of its runtime. */
export interface SimulatedNetwork {
  answer(host: string, port: number): NetworkAnswer;
}

const GIB = 1024 ** 3;

/** A machine in memory: files, mounts and figures without anything behind them. */
export class MemoryHost implements Host {
  readonly files: MemoryFiles;
  readonly mounts: MemoryMounts;
  readonly cgroups: HostCgroups;
  readonly network: HostNetwork;
  readonly links: HostLinks = { bridges: async () => [], ensureBridge: async () => {}, remove: async () => {} };
  readonly #machine: SimulatedMachine;
  readonly #hostname: string;
  #answers: SimulatedNetwork = { answer: (host, port) => refused(host, port) };

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
    this.#hostname = options.hostname;
  }

  /** Probes are answered by `answers` from now on. */
  connectNetwork(answers: SimulatedNetwork): void {
    this.#answers = answers;
  }

  /** A machine with a copy of this one's files and mounts. */
  fork(clock: Clock): MemoryHost {
    return new MemoryHost({ clock, hostname: this.#hostname, machine: this.#machine, from: this });
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
      hostname: this.#hostname,
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

  #network(): HostNetwork {
    return {
      http: async (probe: HttpProbe) => wordHttp(probe, this.#answers.answer(probe.host, probe.port)),
      tcp: async (host, port) => {
        const answer = this.#answers.answer(host, port);
        return answer.type === "answered" ? { type: "answered", status: 0, body: "" } : answer;
      },
      grpc: async ({ host, port }) => {
        const answer = this.#answers.answer(host, port);
        if (answer.type === "failed") return answer;
        return { type: "answered", status: answer.status === 200 ? 1 : 2, body: "" };
      },
    };
  }
}

function wordHttp(probe: HttpProbe, answer: NetworkAnswer): NetworkAnswer {
  if (answer.type === "answered") return answer;
  const url = `${probe.scheme.toLowerCase()}://${probe.host}:${probe.port}${probe.path}`;
  return { type: "failed", message: `Get "${url}": ${answer.message}` };
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
export function refused(host: string, port: number): NetworkAnswer {
  return { type: "failed", message: `dial tcp ${host}:${port}: connect: connection refused` };
}
