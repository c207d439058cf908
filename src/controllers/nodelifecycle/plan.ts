import { conditionOf, type Lease, type Node, type Taint } from "../../api/index.ts";
import { formatTime, parseTime, own } from "../../base/index.ts";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const ZONE = "topology.kubernetes.io/zone";
const REGION = "topology.kubernetes.io/region";

/** What was last seen of a node, and when by our own clock. */
export interface Health {
  readonly heartbeat: string;
  readonly renewTime: string;
  readonly seenMs: number;
}

type Condition = NonNullable<Node["status"]["conditions"]>[number];

/** Updates what is known of a node's life signs: its own status and its Lease. */
export function observe(
  known: Health | undefined,
  { node, lease, nowMs }: { readonly node: Node; readonly lease: Lease | undefined; readonly nowMs: number },
): Health {
  const heartbeat = JSON.stringify(conditionOf(node.status.conditions, "Ready") ?? null);
  const renewTime = lease?.spec.renewTime ?? "";
  if (known?.heartbeat === heartbeat && known.renewTime === renewTime) return known;
  return { heartbeat, renewTime, seenMs: nowMs };
}

const STOPPED = "Kubelet stopped posting node status.";
const NEVER = "Kubelet never posted node status.";

/** The conditions of a node that has been silent too long; undefined when there is nothing to change. */
export function silentConditions(
  node: Node,
  grace: { readonly health: Health; readonly graceMs: number; readonly startupMs: number; readonly nowMs: number },
): readonly Condition[] | undefined {
  const { health, graceMs, startupMs, nowMs } = grace;
  const ready = conditionOf(node.status.conditions, "Ready");
  const sinceMs = ready ? health.seenMs : Math.min(health.seenMs, parseTime(node.metadata.creationTimestamp));
  if (nowMs <= sinceMs + (ready ? graceMs : startupMs)) return undefined;
  const now = formatTime(nowMs);
  const conditions = [...(node.status.conditions ?? [])];
  let changed = false;
  for (const type of ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"]) {
    const at = conditions.findIndex((condition) => condition.type === type);
    const known = conditions[at];
    if (known?.status === "Unknown") continue;
    changed = true;
    const [reason, message] = known ? ["NodeStatusUnknown", STOPPED] : ["NodeStatusNeverUpdated", NEVER];
    const lastHeartbeatTime = known?.lastHeartbeatTime ?? node.metadata.creationTimestamp;
    const next = {
      type,
      status: "Unknown",
      lastHeartbeatTime,
      lastTransitionTime: now,
      reason: reason!,
      message: message!,
    };
    if (known) conditions[at] = next;
    else conditions.push(next);
  }
  return changed ? conditions : undefined;
}

const PRESSURES: readonly (readonly [type: string, status: string, key: string])[] = [
  ["Ready", "False", NOT_READY],
  ["Ready", "Unknown", UNREACHABLE],
  ["MemoryPressure", "True", "node.kubernetes.io/memory-pressure"],
  ["DiskPressure", "True", "node.kubernetes.io/disk-pressure"],
  ["NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"],
  ["PIDPressure", "True", "node.kubernetes.io/pid-pressure"],
];
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
const SCHEDULING_KEYS: ReadonlySet<string> = new Set([...PRESSURES.map(([, , key]) => key), UNSCHEDULABLE]);

/** The node's taints by its conditions; undefined when they are right. `evict` lets NoExecute ones be added. */
export function taintsFor(
  node: Node,
  { nowMs, evict }: { readonly nowMs: number; readonly evict: boolean },
): readonly Taint[] | undefined {
  const known = node.spec.taints ?? [];
  const scheduling = PRESSURES.filter(
    ([type, status]) => conditionOf(node.status.conditions, type)?.status === status,
  ).map(([, , key]) => key);
  if (node.spec.unschedulable) scheduling.push(UNSCHEDULABLE);
  const wanted = new Set(scheduling.map((key) => `${key}:NoSchedule`));
  const execute = executeKey(node);
  if (execute && (evict || known.some(({ key, effect }) => key === execute && effect === "NoExecute")))
    wanted.add(`${execute}:NoExecute`);
  const isOurs = ({ key, effect }: Taint) =>
    (effect === "NoSchedule" && SCHEDULING_KEYS.has(key)) ||
    (effect === "NoExecute" && (key === NOT_READY || key === UNREACHABLE));
  const kept = known.filter((taint) => !isOurs(taint) || wanted.has(`${taint.key}:${taint.effect}`));
  const present = new Set(kept.map(({ key, effect }) => `${key}:${effect}`));
  const timeAdded = formatTime(nowMs);
  const added = [...wanted]
    .filter((one) => !present.has(one))
    .map((one) => ({
      key: one.slice(0, one.lastIndexOf(":")),
      effect: one.slice(one.lastIndexOf(":") + 1),
      timeAdded,
    }));
  return added.length === 0 && kept.length === known.length ? undefined : [...kept, ...added];
}

/** The taint that evicts: by the state of the Ready condition. */
function executeKey(node: Node): string | undefined {
  const status = conditionOf(node.status.conditions, "Ready")?.status;
  return status === "False" ? NOT_READY : status === "Unknown" ? UNREACHABLE : undefined;
}

export function needsEviction(node: Node): boolean {
  const key = executeKey(node);
  return (
    key !== undefined && !(node.spec.taints ?? []).some((taint) => taint.key === key && taint.effect === "NoExecute")
  );
}

export function zoneOf({ metadata }: Node): string {
  return `${metadata.labels?.[REGION] ?? ""}:\u0000:${metadata.labels?.[ZONE] ?? ""}`;
}

export type ZoneState = "Initial" | "Normal" | "PartialDisruption" | "FullDisruption";

/** How much of a zone is ready. */
export function zoneState(nodes: readonly Node[], unhealthyThreshold: number): ZoneState {
  const ready = nodes.filter((node) => conditionOf(node.status.conditions, "Ready")?.status === "True").length;
  const bad = nodes.length - ready;
  if (ready === 0 && bad > 0) return "FullDisruption";
  if (bad > 2 && bad / nodes.length >= unhealthyThreshold) return "PartialDisruption";
  return "Normal";
}

/** Legacy labels that must say the same as those that replaced them. */
const LABEL_PAIRS = [
  ["kubernetes.io/os", "beta.kubernetes.io/os"],
  ["kubernetes.io/arch", "beta.kubernetes.io/arch"],
] as const;

export function labelsFor({ metadata }: Node): Readonly<Record<string, string>> | undefined {
  const changes: Record<string, string> = {};
  for (const [primary, secondary] of LABEL_PAIRS) {
    const value = own(metadata.labels, primary);
    if (value !== undefined && own(metadata.labels, secondary) !== value) changes[secondary] = value;
  }
  return Object.keys(changes).length > 0 ? changes : undefined;
}
