import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { withoutNamespaces } from "../src/kubelet/testing/namespaces.ts";
import type { Row, Scenario } from "./harness/scenario.ts";

const RUN = join(import.meta.dirname, "harness/real-run.ts");

/** How soon a real container runs. */
export const real: Scenario = {
  name: "real",
  about: "`navarch up` on a real node (containerd, runc, CNI) to its first ready pod, whose image is there",
  async run() {
    const lacking = withoutNamespaces() || (existsSync("/usr/bin/containerd") ? false : "containerd is not installed");
    if (lacking) return [{ what: `not measured here: ${lacking}`, value: 0, unit: "" }];
    const { stdout } = await promisify(execFile)(process.execPath, [RUN]);
    const [cold, warm] = JSON.parse(stdout) as { readyMs: number; podMs: number }[];
    const row = (what: string, value: number): Row => ({ what, value, unit: "ms" });
    return [
      row("start to ready, new data directory", cold!.readyMs),
      row("start to first pod ready, new data directory", cold!.podMs),
      row("start to ready, existing data directory", warm!.readyMs),
      row("start to first pod ready, existing data directory", warm!.podMs),
    ];
  },
};
