import { type IPAddress, isInCidr, type ServiceCIDR } from "../../api/index.ts";
import { parseTime } from "../../base/index.ts";

export const FINALIZER = "networking.k8s.io/service-cidr-finalizer";
/** How long API servers may take to hear that a range is no longer to be drawn from. */
export const GRACE_MS = 10_000;

const MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
const ALLOCATOR = "ipallocator.k8s.io";
const READY = "Ready";

type Condition = NonNullable<ServiceCIDR["status"]["conditions"]>[number];

export interface RangeState {
  readonly range: ServiceCIDR;
  readonly ranges: readonly ServiceCIDR[];
  readonly addresses: readonly IPAddress[];
  readonly nowMs: number;
}

/** What is to be done about a range. */
export type RangeStep =
  | { readonly type: "nothing" }
  | { readonly type: "welcome" }
  | { readonly type: "hold" }
  | { readonly type: "wait"; readonly forMs: number }
  | { readonly type: "release" };

/** A range is made ready; one that is deleted stays while addresses of services would be in no range without it. */
export function planRange({ range, ranges, addresses, nowMs }: RangeState): RangeStep {
  const { deletionTimestamp, finalizers = [] } = range.metadata;
  const isKept = finalizers.includes(FINALIZER);
  const ready = range.status.conditions?.find(({ type }) => type === READY);
  if (!deletionTimestamp) return { type: isKept && ready?.status === "True" ? "nothing" : "welcome" };
  if (!isKept) return { type: "nothing" };
  if (isNeeded(range, ranges, addresses))
    return { type: ready?.status === "False" && ready.reason === "Terminating" ? "nothing" : "hold" };
  const leftMs = parseTime(deletionTimestamp) + GRACE_MS - nowMs;
  return leftMs > 0 ? { type: "wait", forMs: leftMs } : { type: "release" };
}

function isNeeded(range: ServiceCIDR, ranges: readonly ServiceCIDR[], addresses: readonly IPAddress[]): boolean {
  const others = ranges.filter(({ metadata }) => metadata.name !== range.metadata.name && !metadata.deletionTimestamp);
  return addresses.some(
    ({ metadata: { name, labels } }) =>
      labels?.[MANAGED_BY] === ALLOCATOR && holds(range, name) && !others.some((other) => holds(other, name)),
  );
}

/** Whether an address is one of a range. */
export function holds({ spec }: ServiceCIDR, address: string): boolean {
  return spec.cidrs?.some((cidr) => isInCidr(cidr, address)) ?? false;
}

/** Whether two ranges have addresses in common. */
export function overlap(one: ServiceCIDR, other: ServiceCIDR): boolean {
  const first = (cidr: string) => cidr.slice(0, cidr.indexOf("/"));
  return (
    (one.spec.cidrs ?? []).some((cidr) => holds(other, first(cidr))) ||
    (other.spec.cidrs ?? []).some((cidr) => holds(one, first(cidr)))
  );
}

/** The range's conditions with this one about its readiness. */
export function withReady({ status }: ServiceCIDR, ready: Omit<Condition, "type">): readonly Condition[] {
  return [...(status.conditions ?? []).filter(({ type }) => type !== READY), { type: READY, ...ready }];
}
