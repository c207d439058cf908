import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Row, type Scenario, scaled } from "./harness/scenario.ts";

const PROCESSES = 9;

interface Figures {
  readonly wallMs: number;
  readonly threadMs: number;
  readonly againMs: number;
}

/** A cluster in a test: three nodes and a Deployment of three, settled, in a process that has only imported the package. */
export const inProcess: Scenario = {
  name: "in-process",
  about:
    "Cluster.start with three simulated nodes, a Deployment of three, settle; each time in a new process, import left out",
  async run(scale) {
    const runs: Figures[] = [];
    for (let index = 0; index < scaled(PROCESSES, scale); index++) runs.push(await once());
    const median = (pick: (run: Figures) => number) => runs.map(pick).sort((a, b) => a - b)[runs.length >> 1]!;
    const rows: Row[] = [
      { what: "first cluster of a process, settled", value: median(({ wallMs }) => wallMs), unit: "ms" },
      { what: "its CPU time on the main thread", value: median(({ threadMs }) => threadMs), unit: "ms" },
      { what: "third cluster of a process, settled", value: median(({ againMs }) => againMs), unit: "ms" },
    ];
    return rows;
  },
};

async function once(): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, "harness/in-process-run.ts"),
  ]);
  return JSON.parse(stdout) as Figures;
}
