import type { Endpoint, EndpointSlice, Service, ServicePort } from "../api/index.ts";

/** One address behind a service. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
  /** On this node. */
  readonly local: boolean;
}

/** One port of one service, ready to be rendered. */
export interface ServiceRule {
  /** namespace/name:port, unique. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly portName: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly port: number;
  readonly clusterIPs: readonly string[];
  readonly externalIPs: readonly string[];
  /** Addresses of the load balancer that lead here. */
  readonly balancerIPs: readonly string[];
  /** Who may use those; empty for everybody. */
  readonly sourceRanges: readonly string[];
  /** 0 for none. */
  readonly nodePort: number;
  /** Seconds a client stays with its backend; 0 for no affinity. */
  readonly affinitySeconds: number;
  /** Where traffic to the cluster IP goes. */
  readonly internal: readonly Backend[];
  /** Where traffic from outside (node port, external addresses) goes. */
  readonly external: readonly Backend[];
  /** Traffic from outside keeps its source address, since it never leaves this node. */
  readonly externalLocal: boolean;
  /** Where traffic of the node's own goes that asks for such an outside address: no outsider's rules are for it. */
  readonly ownExternal: readonly Backend[];
  /** There are backends, if only on other nodes: who may not reach them hears nothing rather than a refusal. */
  readonly hasBackends: boolean;
}

export interface CompileInput {
  readonly services: Iterable<Service>;
  readonly slices: Iterable<EndpointSlice>;
  readonly nodeName: string;
  /** The node's zone, if it has one. */
  readonly zone?: string | undefined;
  readonly family: "IPv4" | "IPv6";
}

const DEFAULT_AFFINITY_SECONDS = 10_800;

/** What this node has to do for all services. Pure; sorted, so that equal input gives equal output. */
export function compile({ services, slices, nodeName, zone, family }: CompileInput): ServiceRule[] {
  const slicesOf = groupByService(slices, family);
  const rules: ServiceRule[] = [];
  for (const service of services) {
    const clusterIPs = clusterIPsOf(service).filter((ip) => familyOf(ip) === family);
    if (clusterIPs.length === 0) continue;
    const own = slicesOf.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? [];
    for (const port of service.spec.ports ?? [])
      rules.push(ruleOf({ service, port, clusterIPs, slices: own, nodeName, zone, family }));
  }
  return rules.sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface RuleInput {
  readonly service: Service;
  readonly port: ServicePort;
  readonly clusterIPs: readonly string[];
  readonly slices: readonly EndpointSlice[];
  readonly nodeName: string;
  readonly zone: string | undefined;
  readonly family: "IPv4" | "IPv6";
}

function ruleOf({ service, port, clusterIPs, slices, nodeName, zone, family }: RuleInput): ServiceRule {
  const { namespace, name } = service.metadata;
  const portName = port.name ?? "";
  const candidates = candidatesOf(slices, portName, nodeName);
  const externalLocal = service.spec.externalTrafficPolicy === "Local";
  const internalLocal = service.spec.internalTrafficPolicy === "Local";
  const near = usable(candidates, { localOnly: false, nodeName, zone });
  const local = usable(candidates, { localOnly: true, nodeName, zone });
  const ingress = (service.status.loadBalancer.ingress ?? [])
    .filter((one) => one.ipMode !== "Proxy")
    .flatMap((one) => one.ip ?? []);
  return {
    id: `${namespace}/${name}:${portName}`,
    namespace,
    name,
    portName,
    protocol: (port.protocol ?? "TCP") as ServiceRule["protocol"],
    port: port.port,
    clusterIPs,
    externalIPs: (service.spec.externalIPs ?? []).filter((ip) => familyOf(ip) === family),
    balancerIPs: ingress.filter((ip) => familyOf(ip) === family),
    sourceRanges: (service.spec.loadBalancerSourceRanges ?? [])
      .map((range) => range.trim())
      .filter((range) => familyOf(range) === family),
    nodePort: port.nodePort ?? 0,
    affinitySeconds:
      service.spec.sessionAffinity === "ClientIP"
        ? (service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS)
        : 0,
    internal: internalLocal ? local : near,
    external: externalLocal ? local : near,
    externalLocal,
    ownExternal: externalLocal ? near : [],
    hasBackends: near.length > 0,
  };
}

interface Candidate extends Backend {
  readonly ready: boolean;
  readonly serving: boolean;
  /** Nodes and zones that the cluster would have use this backend. */
  readonly nodes: readonly string[];
  readonly zones: readonly string[];
}

function candidatesOf(slices: readonly EndpointSlice[], portName: string, nodeName: string): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    const port = slice.ports?.find((one) => (one.name ?? "") === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const ip = endpoint.addresses[0];
      if (ip !== undefined) found.set(`${ip}:${port}`, candidate(endpoint, { ip, port, nodeName }));
    }
  }
  return [...found.values()].sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
}

function candidate(
  endpoint: Endpoint,
  { ip, port, nodeName }: { ip: string; port: number; nodeName: string },
): Candidate {
  const { ready, serving } = endpoint.conditions ?? {};
  return {
    ip,
    port,
    local: endpoint.nodeName === nodeName,
    ready: ready ?? true,
    serving: serving ?? ready ?? true,
    nodes: (endpoint.hints?.forNodes ?? []).map((each) => each.name),
    zones: (endpoint.hints?.forZones ?? []).map((each) => each.name),
  };
}

interface Reach {
  readonly localOnly: boolean;
  readonly nodeName: string;
  readonly zone: string | undefined;
}

/** Ready backends, the near ones where that is wanted; when there is none, those that still serve while they terminate. */
function usable(candidates: readonly Candidate[], { localOnly, nodeName, zone }: Reach): Backend[] {
  const reachable = localOnly ? candidates.filter((one) => one.local) : candidates;
  const ready = reachable.filter((one) => one.ready);
  const near = localOnly ? ready : nearest(ready, nodeName, zone);
  const chosen = near.length > 0 ? near : reachable.filter((one) => one.serving);
  return chosen.map(({ ip, port, local }) => ({ ip, port, local }));
}

/** Hints count when every backend has them and some are for this node, or else its zone: half a plan would overload somebody. */
function nearest(ready: readonly Candidate[], nodeName: string, zone: string | undefined): readonly Candidate[] {
  const forNode = ready.filter((one) => one.nodes.includes(nodeName));
  if (forNode.length > 0 && ready.every((one) => one.nodes.length > 0)) return forNode;
  const forZone = zone === undefined ? [] : ready.filter((one) => one.zones.includes(zone));
  if (forZone.length > 0 && ready.every((one) => one.zones.length > 0)) return forZone;
  return ready;
}

function groupByService(slices: Iterable<EndpointSlice>, family: string): Map<string, EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata.labels?.["kubernetes.io/service-name"];
    if (service === undefined || slice.addressType !== family) continue;
    const key = `${slice.metadata.namespace}/${service}`;
    const group = groups.get(key);
    if (group) group.push(slice);
    else groups.set(key, [slice]);
  }
  return groups;
}

function clusterIPsOf(service: Service): readonly string[] {
  if (service.spec.type === "ExternalName") return [];
  const all = service.spec.clusterIPs ?? (service.spec.clusterIP ? [service.spec.clusterIP] : []);
  return all.filter((ip) => ip !== "None" && ip !== "");
}

function familyOf(ip: string): "IPv4" | "IPv6" {
  return ip.includes(":") ? "IPv6" : "IPv4";
}
