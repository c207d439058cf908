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
  /** externalIPs and load balancer addresses. */
  readonly externalIPs: readonly string[];
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
}

export interface CompileInput {
  readonly services: Iterable<Service>;
  readonly slices: Iterable<EndpointSlice>;
  readonly nodeName: string;
  readonly family: "IPv4" | "IPv6";
}

const DEFAULT_AFFINITY_SECONDS = 10_800;

/** What this node has to do for all services. Pure; sorted, so that equal input gives equal output. */
export function compile({ services, slices, nodeName, family }: CompileInput): ServiceRule[] {
  const slicesOf = groupByService(slices, family);
  const rules: ServiceRule[] = [];
  for (const service of services) {
    const clusterIPs = clusterIPsOf(service).filter((ip) => familyOf(ip) === family);
    if (clusterIPs.length === 0) continue;
    const own = slicesOf.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? [];
    for (const port of service.spec.ports ?? [])
      rules.push(ruleOf({ service, port, clusterIPs, slices: own, nodeName, family }));
  }
  return rules.sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface RuleInput {
  readonly service: Service;
  readonly port: ServicePort;
  readonly clusterIPs: readonly string[];
  readonly slices: readonly EndpointSlice[];
  readonly nodeName: string;
  readonly family: "IPv4" | "IPv6";
}

function ruleOf({ service, port, clusterIPs, slices, nodeName, family }: RuleInput): ServiceRule {
  const { namespace, name } = service.metadata;
  const portName = port.name ?? "";
  const candidates = candidatesOf(slices, portName, nodeName);
  const externalLocal = service.spec.externalTrafficPolicy === "Local";
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
    externalIPs: [...(service.spec.externalIPs ?? []), ...ingress].filter((ip) => familyOf(ip) === family),
    nodePort: port.nodePort ?? 0,
    affinitySeconds:
      service.spec.sessionAffinity === "ClientIP"
        ? (service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS)
        : 0,
    internal: usable(candidates, { localOnly: service.spec.internalTrafficPolicy === "Local" }),
    external: usable(candidates, { localOnly: externalLocal }),
    externalLocal,
  };
}

interface Candidate extends Backend {
  readonly ready: boolean;
  readonly serving: boolean;
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
  return { ip, port, local: endpoint.nodeName === nodeName, ready: ready ?? true, serving: serving ?? ready ?? true };
}

/** Ready backends; when there is none, those that still serve while they terminate. */
function usable(candidates: readonly Candidate[], { localOnly }: { localOnly: boolean }): Backend[] {
  const reachable = localOnly ? candidates.filter((one) => one.local) : candidates;
  const ready = reachable.filter((one) => one.ready);
  const chosen = ready.length > 0 ? ready : reachable.filter((one) => one.serving);
  return chosen.map(({ ip, port, local }) => ({ ip, port, local }));
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
