import { getuid, platform } from "node:process";
import { accessSync, constants, readFileSync } from "node:fs";
import { cgroupLayout } from "./linux-cgroups.ts";
import { missingPrograms } from "./containerd.ts";

/** What decides whether a machine can be a node. */
export interface MachineAbilities {
  readonly platform: string;
  readonly isRoot: boolean;
  /** The process's effective capabilities, a bit each. */
  readonly capabilities: bigint;
  readonly missing: readonly { readonly program: string; readonly package: string }[];
  /** A control group directory that can't be written to. */
  readonly readOnlyCgroup: string | undefined;
}

const CAPABILITIES = [
  { name: "CAP_SYS_ADMIN", bit: 21n, need: "mounts" },
  { name: "CAP_NET_ADMIN", bit: 12n, need: "networks" },
] as const;

/** Why a machine can't be a node, in one clause; undefined when it can. */
export function whyNoNode(able: MachineAbilities): string | undefined {
  if (able.platform !== "linux") return "real nodes need Linux";
  if (!able.isRoot) return "real nodes need root";
  for (const { name, bit, need } of CAPABILITIES)
    if (((able.capabilities >> bit) & 1n) === 0n)
      return `this process may not make ${need} (it lacks ${name}; a container must be privileged to be a node)`;
  if (able.readOnlyCgroup !== undefined)
    return `control groups can't be made (${able.readOnlyCgroup} can't be written; a container must be privileged to be a node)`;
  if (able.missing.length === 0) return undefined;
  const programs = able.missing.map((each) => each.program);
  const packages = [...new Set(able.missing.map((each) => each.package))];
  return `${programs.join(" and ")} ${programs.length > 1 ? "are" : "is"} not installed (Debian: ${packages.join(", ")})`;
}

/** Why this machine can't be a node; undefined when it can. */
export function whyNoNodeHere(): string | undefined {
  const linux = platform === "linux";
  return whyNoNode({
    platform,
    isRoot: getuid?.() === 0,
    capabilities: linux ? effectiveCapabilities() : 0n,
    missing: missingPrograms(),
    readOnlyCgroup: linux ? readOnlyCgroup() : undefined,
  });
}

function effectiveCapabilities(): bigint {
  const status = readFileSync("/proc/self/status", "utf8");
  return BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
}

function readOnlyCgroup(): string | undefined {
  const layout = cgroupLayout(readFileSync("/proc/self/mountinfo", "utf8"));
  const roots = layout.version === 2 ? [layout.root] : [...layout.controllers.values()];
  return roots.find((root) => {
    try {
      accessSync(root, constants.W_OK);
      return false;
    } catch {
      return true;
    }
  });
}
