import { jsonEqual } from "../../base/index.ts";
import {
  type ContainerPort,
  type EndpointSlice,
  isPodReady,
  isPodTerminal,
  type Node,
  ownerReference,
  type Pod,
  Service,
  type ServicePort,
} from "../../api/index.ts";
import { canonical } from "../common/hash.ts";

export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
export const MANAGER = "endpointslice-controller.k8s.io";
export const SERVICE_NAME = "kubernetes.io/service-name";
export const HEADLESS = "service.kubernetes.io/headless";
const ZONE = "topology.kubernetes.io/zone";

type Endpoint = EndpointSlice["endpoints"][number];
type Port = NonNullable<EndpointSlice["ports"]>[number];

export interface Observed {
  readonly service: Service;
  /** Pods that the service selects. */
  readonly pods: readonly Pod[];
  readonly node: (name: string) => Node | undefined;
  /** Slices of the service that this controller manages. */
  readonly slices: readonly EndpointSlice[];
  readonly endpointsMax: number;
}

export interface Plan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
  /** Pods whose node is not known: look again. */
  readonly incomplete: boolean;
}

interface Group {
  readonly addressType: string;
  readonly ports: readonly Port[] | null;
  readonly endpoints: Endpoint[];
}

/** Which slices a service needs, with as few changes as possible to those that there are. */
export function plan(observed: Observed): Plan {
  const { service, slices } = observed;
  const { groups, incomplete } = group(observed);
  const families = new Set((service.spec.ipFamilies ?? ["IPv4"]).map(String));
  const remove: EndpointSlice[] = slices.filter((slice) => !families.has(slice.addressType));
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  for (const addressType of families) {
    const mine = groups.filter((one) => one.addressType === addressType);
    const wanted = mine.length > 0 ? mine : [{ addressType, ports: null, endpoints: [] }];
    const left = new Set(slices.filter((slice) => slice.addressType === addressType));
    for (const one of wanted) {
      const key = canonical(one.ports ?? []);
      const same = [...left].filter((slice) => canonical(slice.ports ?? []) === key);
      for (const slice of same) left.delete(slice);
      const packed = pack(observed, one, same);
      create.push(...packed.create);
      update.push(...packed.update);
      remove.push(...packed.remove);
    }
    remove.push(...left);
  }
  return { create, update, remove, incomplete };
}

/** Endpoints by family and ports: pods may have different numbers behind a named port. */
function group(observed: Observed): { readonly groups: readonly Group[]; readonly incomplete: boolean } {
  const { service, pods, node } = observed;
  const groups = new Map<string, Group>();
  let incomplete = false;
  for (const pod of pods) {
    if (isPodTerminal(pod) || !pod.status.podIP) continue;
    const found = pod.spec.nodeName ? node(pod.spec.nodeName) : undefined;
    if (pod.spec.nodeName && !found) {
      incomplete = true;
      if (!service.spec.publishNotReadyAddresses) continue;
    }
    const ports = portsOf(service, pod);
    for (const addressType of service.spec.ipFamilies ?? ["IPv4"]) {
      const addresses = addressesOf(pod, addressType);
      if (addresses.length === 0) continue;
      const key = `${addressType} ${canonical(ports)}`;
      let one = groups.get(key);
      if (!one) groups.set(key, (one = { addressType, ports: ports.length > 0 ? ports : null, endpoints: [] }));
      one.endpoints.push(endpointOf({ service, pod, node: found, addresses }));
    }
  }
  return { groups: [...groups.values()], incomplete };
}

export function addressesOf(pod: Pod, family: string): string[] {
  const all = (pod.status.podIPs ?? []).map(({ ip }) => ip).filter((ip): ip is string => !!ip);
  const ips = all.length > 0 ? all : pod.status.podIP ? [pod.status.podIP] : [];
  return ips.filter((ip) => ip.includes(":") === (family === "IPv6"));
}

/** The ports that a pod serves for a service; a name that it doesn't have is left out. */
export function portsOf(service: Service, pod: Pod): Port[] {
  const ports: Port[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = targetPort(port, pod);
    if (number === undefined) continue;
    const { name = "", protocol = "TCP", appProtocol } = port;
    ports.push({ name, port: number, protocol, ...(appProtocol && { appProtocol }) });
  }
  return ports;
}

function targetPort({ targetPort, port, protocol = "TCP" }: ServicePort, pod: Pod): number | undefined {
  if (typeof targetPort === "number") return targetPort || port;
  if (!targetPort) return port;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const matches = ({ name, protocol: other = "TCP" }: ContainerPort) => name === targetPort && other === protocol;
  for (const { ports } of [...(pod.spec.containers ?? []), ...sidecars]) {
    const found = ports?.find(matches);
    if (found) return found.containerPort;
  }
  return undefined;
}

function endpointOf(of: {
  readonly service: Service;
  readonly pod: Pod;
  readonly node: Node | undefined;
  readonly addresses: readonly string[];
}): Endpoint {
  const { service, pod, node, addresses } = of;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  const zone = node?.metadata.labels?.[ZONE];
  const { nodeName, hostname, subdomain } = pod.spec;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname && subdomain === service.metadata.name && { hostname }),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
    ...hintsOf(service, { ready, zone, nodeName }),
  };
}

function hintsOf(
  { spec }: Service,
  {
    ready,
    zone,
    nodeName,
  }: { readonly ready: boolean; readonly zone?: string | undefined; readonly nodeName?: string | undefined },
): Pick<Endpoint, "hints"> {
  const near = ["PreferClose", "PreferSameZone", "PreferSameNode"].includes(spec.trafficDistribution ?? "");
  if (!ready || !near || !zone) return {};
  const forNodes = spec.trafficDistribution === "PreferSameNode" && nodeName ? [{ name: nodeName }] : undefined;
  return { hints: { forZones: [{ name: zone }], ...(forNodes && { forNodes }) } };
}

/** Spreads a group's endpoints over its slices: what is in place stays there, new ones fill gaps. */
function pack(
  observed: Observed,
  { addressType, ports, endpoints }: Group,
  same: readonly EndpointSlice[],
): Omit<Plan, "incomplete"> {
  const { service, endpointsMax } = observed;
  const wanted = new Map(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const kept = same.map((slice) => {
    const staying: Endpoint[] = [];
    for (const old of slice.endpoints ?? []) {
      const next = wanted.get(endpointKey(old));
      if (next && wanted.delete(endpointKey(old))) staying.push(next);
    }
    return { slice, endpoints: staying };
  });
  const fresh = [...wanted.values()];
  for (const one of kept) one.endpoints.push(...fresh.splice(0, Math.max(0, endpointsMax - one.endpoints.length)));
  const create: EndpointSlice[] = [];
  while (fresh.length > 0 || (kept.length === 0 && create.length === 0))
    create.push(newSlice(service, { addressType, ports, endpoints: fresh.splice(0, endpointsMax) }));
  // The last slice stays, empty, as the sign that the service has been seen to.
  const filled = kept.filter(
    (one, index) => one.endpoints.length > 0 || (index === 0 && kept.every((other) => other.endpoints.length === 0)),
  );
  const update = filled.flatMap(({ slice, endpoints: next }) => {
    const labels = labelsOf(service);
    const same = jsonEqual(orNull(slice.endpoints), orNull(next)) && jsonEqual(slice.metadata.labels ?? {}, labels);
    return same ? [] : [{ ...slice, metadata: { ...slice.metadata, labels }, endpoints: next }];
  });
  return { create, update, remove: kept.filter((one) => !filled.includes(one)).map(({ slice }) => slice) };
}

function orNull(endpoints: readonly Endpoint[] | null | undefined): readonly Endpoint[] | null {
  return endpoints && endpoints.length > 0 ? endpoints : null;
}

function endpointKey({ addresses, targetRef }: Endpoint): string {
  return `${targetRef?.uid ?? ""} ${addresses.join(",")}`;
}

function newSlice(service: Service, group: Group): EndpointSlice {
  const { addressType, ports, endpoints } = group;
  return {
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels: labelsOf(service),
      ownerReferences: [ownerReference(service, Service)],
    },
    addressType,
    endpoints,
    ports,
  } as unknown as EndpointSlice;
}

function labelsOf({ metadata, spec }: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _, ...own } = metadata.labels ?? {};
  const headless: Record<string, string> = spec.clusterIP === "None" ? { [HEADLESS]: "" } : {};
  return { ...own, ...headless, [SERVICE_NAME]: metadata.name, [MANAGED_BY]: MANAGER };
}
