import { jsonEqual } from "../../base/index.ts";
import {
  type EndpointSlice,
  Endpoints as EndpointsKind,
  type Endpoints,
  ownerReference,
  type Service,
} from "../../api/index.ts";
import { canonical } from "../common/hash.ts";

export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
export const MANAGER = "endpointslicemirroring-controller.k8s.io";
export const SERVICE_NAME = "kubernetes.io/service-name";
const SKIP = "endpointslice.kubernetes.io/skip-mirror";
const LEADER = "control-plane.alpha.kubernetes.io/leader";
const HEADLESS = "service.kubernetes.io/headless";
const NOT_COPIED = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "endpoints.kubernetes.io/last-change-trigger-time",
]);
/** More addresses of one subset aren't mirrored. */
const ADDRESSES_MAX = 1000;

export interface Plan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** Whether somebody keeps these endpoints by hand, and wants them mirrored. */
export function isMirrored(endpoints: Endpoints | undefined, service: Service | undefined): endpoints is Endpoints {
  if (!endpoints || !service || endpoints.metadata.deletionTimestamp) return false;
  const { labels, annotations } = endpoints.metadata;
  const hasSelector = Object.keys(service.spec.selector ?? {}).length > 0;
  return !hasSelector && labels?.[SKIP] !== "true" && annotations?.[LEADER] === undefined;
}

type Subset = NonNullable<Endpoints["subsets"]>[number];
type Address = NonNullable<Subset["addresses"]>[number];
type Mirror = Pick<EndpointSlice, "addressType" | "ports" | "endpoints">;

/** Which slices mirror the endpoints. */
export function plan(endpoints: Endpoints, slices: readonly EndpointSlice[]): Plan {
  const left = new Set(slices);
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  for (const mirror of mirrorsOf(endpoints)) {
    const wanted = sliceOf(endpoints, mirror);
    const key = keyOf(mirror);
    const known = [...left].find((slice) => keyOf(slice) === key);
    if (!known) {
      create.push(wanted);
      continue;
    }
    left.delete(known);
    const { labels, annotations } = wanted.metadata;
    const same =
      jsonEqual(known.endpoints, wanted.endpoints) &&
      jsonEqual(known.metadata.labels, labels) &&
      jsonEqual(known.metadata.annotations ?? {}, annotations ?? {});
    if (same) continue;
    const metadata = { ...known.metadata, labels, ...(annotations && { annotations }) };
    update.push({ ...known, metadata, endpoints: wanted.endpoints } as EndpointSlice);
  }
  return { create, update, remove: [...left] };
}

function keyOf({ addressType, ports }: Pick<EndpointSlice, "addressType" | "ports">): string {
  return `${addressType} ${canonical(ports ?? [])}`;
}

/** One for each family and set of ports. */
function mirrorsOf({ subsets = [] }: Endpoints): readonly Mirror[] {
  const mirrors = new Map<string, Mirror>();
  for (const subset of subsets) {
    const ports = (subset.ports ?? []).map(({ name = "", port, protocol = "TCP", appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol && { appProtocol }),
    }));
    const all = [
      ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ];
    for (const { address, ready } of all.slice(0, ADDRESSES_MAX)) {
      const addressType = address.ip.includes(":") ? "IPv6" : "IPv4";
      const key = keyOf({ addressType, ports } as unknown as Mirror);
      const mirror = mirrors.get(key) ?? ({ addressType, ports, endpoints: [] } as unknown as Mirror);
      mirrors.set(key, { ...mirror, endpoints: [...mirror.endpoints, endpointOf(address, ready)] } as Mirror);
    }
  }
  return [...mirrors.values()];
}

function endpointOf(
  { ip, hostname, nodeName, targetRef }: Address,
  ready: boolean,
): EndpointSlice["endpoints"][number] {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(nodeName && { nodeName }),
    ...(targetRef && { targetRef }),
  } as EndpointSlice["endpoints"][number];
}

function sliceOf({ metadata, ...rest }: Endpoints, mirror: Mirror): EndpointSlice {
  const { name, namespace, labels = {}, annotations = {} } = metadata;
  const { [HEADLESS]: _, ...copied } = labels;
  const kept = Object.entries(annotations).filter(([key]) => !NOT_COPIED.has(key));
  return {
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    metadata: {
      namespace,
      generateName: `${name}-`,
      labels: { ...copied, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER },
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
      ownerReferences: [ownerReference({ metadata, ...rest }, EndpointsKind)],
    },
    ...mirror,
  } as unknown as EndpointSlice;
}
