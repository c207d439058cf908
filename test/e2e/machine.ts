import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { cgroupsOf } from "../../src/kubelet/testing/namespaces.ts";
import { command } from "./cli.ts";

/** Everything that a node could leave behind, as lines that can be compared. */
export interface MachineState {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly links: readonly string[];
  readonly namespaces: readonly string[];
  readonly rules: readonly string[];
  readonly cgroups: readonly string[];
}

/** What iptables makes when it is only asked: tables and chains of the kernel's that hold nothing. */
const EMPTY_TABLE =
  /^\s*(table ip6? (nat|filter|mangle|raw) \{|chain (PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) \{|type \w+ hook .*|\}|# .*)$/;

/**
 * Of the namespaces that the test is in, and of nodes in these directories, since all of the machine share its cgroups:
 * what others do on it isn't seen.
 */
export async function machineState(directories: readonly string[]): Promise<MachineState> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return {
    processes: pids.flatMap(commandOf).sort(),
    mounts: readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[4] ?? "")
      .filter((point) => !point.startsWith("/proc/"))
      .sort(),
    links: (await output("ip", ["-brief", "link"])).map((line) => line.split(/[\s@]/)[0]!).sort(),
    namespaces: [...new Set(pids.flatMap(networkOf))].sort(),
    rules: (await output("nft", ["list", "ruleset"])).filter((line) => !EMPTY_TABLE.test(line)),
    cgroups: directories.flatMap(cgroupsOf).sort(),
  };
}

function commandOf(pid: string): string[] {
  try {
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return [];
    return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
  } catch {
    return [];
  }
}

function networkOf(pid: string): string[] {
  try {
    return [readlinkSync(`/proc/${pid}/ns/net`)];
  } catch {
    return [];
  }
}

async function output(program: string, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await command(program, args, {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout.split("\n").filter(Boolean);
}
