import { own } from "../../base/index.ts";
import type { Pod } from "../../api/index.ts";
import { podRequest } from "../pod/resources.ts";
import { quantityValue } from "../pod/quantity.ts";
import type { Verdict } from "./worker.ts";

const RESOURCES = ["cpu", "memory", "ephemeral-storage"] as const;

/** Why a node can't take one more pod; undefined when it can. The scheduler has checked, but others bind pods too. */
export function admitPod(input: {
  readonly pod: Pod;
  readonly others: readonly Pod[];
  readonly allocatable: Readonly<Record<string, string>>;
  readonly nodeLabels: Readonly<Record<string, string>>;
}): Verdict | undefined {
  const { pod, others, allocatable, nodeLabels } = input;
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {}))
    if (own(nodeLabels, key) !== value)
      return rejected(
        "NodeAffinity",
        "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
      );
  if (hasPortConflict(pod, others))
    return rejected(
      "NodePorts",
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    );
  const podsMax = quantityValue(allocatable.pods);
  if (others.length + 1 > podsMax) return rejected("OutOfpods", lacking("pods", 1, others.length, podsMax));
  for (const resource of RESOURCES) {
    const scale = resource === "cpu" ? 1000 : 1;
    const asked = Math.ceil(podRequest(pod, resource) * scale);
    if (asked === 0) continue;
    const used = others.reduce((sum, other) => sum + Math.ceil(podRequest(other, resource) * scale), 0);
    const capacity = Math.floor(quantityValue(allocatable[resource]) * scale);
    if (asked + used > capacity) return rejected(`OutOf${resource}`, lacking(resource, asked, used, capacity));
  }
  return undefined;
}

function rejected(reason: string, message: string): Verdict {
  return { reason, message: `Pod was rejected: ${message}` };
}

function lacking(resource: string, asked: number, used: number, capacity: number): string {
  return `Node didn't have enough resource: ${resource}, requested: ${asked}, used: ${used}, capacity: ${capacity}`;
}

function hasPortConflict(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const taken = others.flatMap(hostPorts);
  return wanted.some((a) =>
    taken.some((b) => a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || isAny(a.ip) || isAny(b.ip))),
  );
}

function hostPorts(pod: Pod) {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? [])
      .filter((each) => each.hostPort)
      .map((each) => ({ port: each.hostPort!, protocol: each.protocol ?? "TCP", ip: each.hostIP ?? "" })),
  );
}

function isAny(ip: string): boolean {
  return ip === "" || ip === "0.0.0.0" || ip === "::";
}
