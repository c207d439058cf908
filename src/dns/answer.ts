import type { EndpointSlice, Service } from "../api/index.ts";

export type RecordType = "A" | "AAAA" | "SRV" | "PTR" | "CNAME" | "TXT" | "SOA" | "NS" | "ANY";

/** One answer, in the form that the wire encoder takes. */
export type DnsRecord =
  | {
      readonly type: "A" | "AAAA" | "CNAME" | "PTR";
      readonly name: string;
      readonly ttl: number;
      readonly data: string;
    }
  | { readonly type: "TXT"; readonly name: string; readonly ttl: number; readonly data: string }
  | {
      readonly type: "SRV";
      readonly name: string;
      readonly ttl: number;
      readonly data: {
        readonly priority: number;
        readonly weight: number;
        readonly port: number;
        readonly target: string;
      };
    };

export type Answer =
  /** Found, or the name exists without records of this type (no answers). */
  | { readonly outcome: "found"; readonly answers: readonly DnsRecord[]; readonly additionals: readonly DnsRecord[] }
  | { readonly outcome: "noSuchName" }
  /** Not a cluster name: someone else's to answer. */
  | { readonly outcome: "notOurs" };

/** What the answers are made from. */
export interface ClusterNames {
  service(namespace: string, name: string): Service | undefined;
  slicesOf(namespace: string, service: string): readonly EndpointSlice[];
  /** Services by one of their cluster IPs. */
  serviceByIP(ip: string): Service | undefined;
  /** Slices with an endpoint at this address. */
  slicesByIP(ip: string): readonly EndpointSlice[];
  hasNamespace(name: string): boolean;
}

export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** Seconds that clients may keep an answer. */
export const TTL_SECONDS = 30;
const DNS_SCHEMA_VERSION = "1.1.0";
const FOUND_NOTHING: Answer = { outcome: "found", answers: [], additionals: [] };
const NO_SUCH_NAME: Answer = { outcome: "noSuchName" };

/** Answers one question from what the cluster holds. Pure. The schema is that of the Kubernetes DNS specification 1.1.0. */
export function answer(question: Question, zone: string, names: ClusterNames): Answer {
  const name = question.name.toLowerCase().replace(/\.$/, "");
  const address = reverseAddress(name);
  if (address !== undefined) return answerReverse({ name, type: question.type }, address, zone, names);
  if (name === zone) return FOUND_NOTHING;
  if (!name.endsWith(`.${zone}`)) return { outcome: "notOurs" };
  const labels = name.slice(0, -zone.length - 1).split(".");
  const lookup: Lookup = { name, type: question.type, zone, names };
  if (labels.length === 1 && labels[0] === "dns-version") return textOf(lookup);
  if (labels.at(-1) === "svc") return answerService(lookup, labels.slice(0, -1));
  if (labels.at(-1) === "pod") return answerPod(lookup, labels.slice(0, -1));
  return NO_SUCH_NAME;
}

interface Lookup extends Question {
  readonly zone: string;
  readonly names: ClusterNames;
}

function textOf({ name, type }: Lookup): Answer {
  if (type !== "TXT" && type !== "ANY") return FOUND_NOTHING;
  return found([{ type: "TXT", name, ttl: TTL_SECONDS, data: DNS_SCHEMA_VERSION }]);
}

/** labels: [_port, _protocol,] [hostname,] service, namespace. */
function answerService(lookup: Lookup, labels: readonly string[]): Answer {
  const namespace = labels.at(-1);
  const serviceName = labels.at(-2);
  if (namespace === undefined) return FOUND_NOTHING;
  if (serviceName === undefined) return lookup.names.hasNamespace(namespace) ? FOUND_NOTHING : NO_SUCH_NAME;
  const service = lookup.names.service(namespace, serviceName);
  if (!service) return NO_SUCH_NAME;
  const rest = labels.slice(0, -2);
  if (service.spec.type === "ExternalName") return rest.length > 0 ? NO_SUCH_NAME : externalName(lookup, service);
  const targets = targetsOf(service, lookup);
  if (targets.length === 0 && isHeadless(service)) return NO_SUCH_NAME;
  if (rest.length === 2 && rest[0]!.startsWith("_") && rest[1]!.startsWith("_")) {
    return srv(lookup, targets, { port: rest[0]!.slice(1), protocol: rest[1]!.slice(1) });
  }
  if (rest.length === 0) return lookup.type === "SRV" ? srv(lookup, targets, undefined) : addresses(lookup, targets);
  if (rest.length === 1 && isHeadless(service)) {
    const host = targets.filter((target) => target.hostLabel === rest[0]);
    return host.length === 0 ? NO_SUCH_NAME : addresses(lookup, host);
  }
  return NO_SUCH_NAME;
}

/** An address that a service name stands for, with the ports it offers. */
interface Target {
  readonly ip: string;
  /** The name in front of the service's own, for headless services. */
  readonly hostLabel: string | undefined;
  readonly name: string;
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[];
}

function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === "None";
}

function targetsOf(service: Service, { zone, names }: Lookup): Target[] {
  const { namespace, name } = service.metadata;
  const own = `${name}.${namespace}.svc.${zone}`;
  if (!isHeadless(service)) {
    const ports = (service.spec.ports ?? []).map((port) => ({
      name: port.name ?? "",
      protocol: (port.protocol ?? "TCP").toLowerCase(),
      port: port.port,
    }));
    const ips = service.spec.clusterIPs ?? (service.spec.clusterIP ? [service.spec.clusterIP] : []);
    return ips.map((ip) => ({ ip, hostLabel: undefined, name: own, ports }));
  }
  return names
    .slicesOf(namespace, name)
    .flatMap((slice) => targetsOfSlice(slice, own, service.spec.publishNotReadyAddresses === true));
}

function targetsOfSlice(slice: EndpointSlice, own: string, unready: boolean): Target[] {
  const ports = (slice.ports ?? []).flatMap((port) =>
    port.port === undefined
      ? []
      : [{ name: port.name ?? "", protocol: (port.protocol ?? "TCP").toLowerCase(), port: port.port }],
  );
  return (slice.endpoints ?? [])
    .filter((endpoint) => unready || (endpoint.conditions?.ready ?? true))
    .flatMap((endpoint) =>
      endpoint.addresses.map((ip) => {
        const hostLabel = endpoint.hostname || ip.replace(/[.:]/g, "-");
        return { ip, hostLabel, name: `${hostLabel}.${own}`, ports };
      }),
    );
}

function addresses({ name, type }: Lookup, targets: readonly Target[]): Answer {
  const unique = new Set(targets.map((target) => target.ip));
  return found(
    [...unique].map((ip) => addressRecord(name, ip)).filter((record) => type === "ANY" || record.type === type),
  );
}

function srv(
  { name, type }: Lookup,
  targets: readonly Target[],
  only: { port: string; protocol: string } | undefined,
): Answer {
  const matching = targets.flatMap((target) =>
    target.ports
      .filter((port) => !only || (port.name === only.port && port.protocol === only.protocol))
      .map((port) => ({ target, port })),
  );
  if (only && matching.length === 0) return NO_SUCH_NAME;
  if (type !== "SRV" && type !== "ANY") return FOUND_NOTHING;
  const weight = Math.max(1, Math.floor(100 / Math.max(1, matching.length)));
  return {
    outcome: "found",
    answers: matching.map(({ target, port }) => ({
      type: "SRV",
      name,
      ttl: TTL_SECONDS,
      data: { priority: 0, weight, port: port.port, target: target.name },
    })),
    additionals: [
      ...new Map(matching.map(({ target }) => [target.ip, addressRecord(target.name, target.ip)])).values(),
    ],
  };
}

function externalName({ name, type }: Lookup, service: Service): Answer {
  const target = service.spec.externalName!.replace(/\.$/, "");
  if (type === "TXT" || type === "SRV" || type === "PTR") return FOUND_NOTHING;
  return found([{ type: "CNAME", name, ttl: TTL_SECONDS, data: target }]);
}

/** labels: address with dashes, namespace. */
function answerPod({ name, type, names }: Lookup, labels: readonly string[]): Answer {
  const [dashed, namespace] = labels;
  if (labels.length !== 2 || !names.hasNamespace(namespace!)) return NO_SUCH_NAME;
  const ip = /^\d{1,3}(-\d{1,3}){3}$/.test(dashed!) ? dashed!.replaceAll("-", ".") : undefined;
  if (ip === undefined || ip.split(".").some((part) => Number(part) > 255)) return NO_SUCH_NAME;
  return type === "A" || type === "ANY" ? found([addressRecord(name, ip)]) : FOUND_NOTHING;
}

function answerReverse(question: Question, ip: string, zone: string, names: ClusterNames): Answer {
  const service = names.serviceByIP(ip);
  const hosts = service
    ? [`${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`]
    : hostsAt(ip, zone, names);
  if (hosts.length === 0) return { outcome: "notOurs" };
  if (question.type !== "PTR" && question.type !== "ANY") return FOUND_NOTHING;
  return found(hosts.map((data) => ({ type: "PTR", name: question.name, ttl: TTL_SECONDS, data })));
}

/** Names of headless endpoints at an address. */
function hostsAt(ip: string, zone: string, names: ClusterNames): string[] {
  return names.slicesByIP(ip).flatMap((slice) => {
    const serviceName = slice.metadata.labels?.["kubernetes.io/service-name"];
    const service = serviceName === undefined ? undefined : names.service(slice.metadata.namespace, serviceName);
    if (!service || !isHeadless(service)) return [];
    const own = `${serviceName}.${slice.metadata.namespace}.svc.${zone}`;
    return (slice.endpoints ?? [])
      .filter((one) => one.addresses.includes(ip))
      .map((one) => `${one.hostname || ip.replace(/[.:]/g, "-")}.${own}`);
  });
}

function addressRecord(name: string, ip: string): DnsRecord {
  return { type: ip.includes(":") ? "AAAA" : "A", name, ttl: TTL_SECONDS, data: ip };
}

function found(answers: readonly DnsRecord[]): Answer {
  return { outcome: "found", answers, additionals: [] };
}

/** The address of an in-addr.arpa name. */
function reverseAddress(name: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  return match ? `${match[4]}.${match[3]}.${match[2]}.${match[1]}` : undefined;
}
