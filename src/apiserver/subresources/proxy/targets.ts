import {
  badRequest,
  type Endpoints,
  formatIp,
  type IpAddress,
  type Node,
  parseIp,
  type Pod,
  type Service,
  serviceUnavailable,
} from "../../../api/index.ts";
import type { Handler } from "../../../net/message.ts";

/** Where a proxied request goes. It comes from what the object's status says alone, never from the request. */
export interface ProxyTarget {
  readonly scheme: "http" | "https";
  /** An IP address as it should be written, without brackets. */
  readonly host: string;
  /** Undefined: the scheme's own. */
  readonly port: string | undefined;
}

/** The way to what runs in this process; undefined for all else, which is reached over the network. */
export type DialInside = (target: ProxyTarget) => Handler | undefined | Promise<Handler | undefined>;

/** What the last part of a proxy's path names: NAME, NAME:PORT or SCHEME:NAME:PORT. */
export interface ProxyName {
  readonly scheme: ProxyTarget["scheme"];
  readonly name: string;
  readonly port: string;
}

/** 400 for what is no such name. */
export function proxyName(text: string, what: "pod" | "service" | "node"): ProxyName {
  const parts = text.split(":");
  const [scheme, name, port] =
    parts.length === 3 ? parts : parts.length === 2 ? ["", ...parts] : parts.length === 1 ? ["", text, ""] : [];
  if (!name || !["", "http", "https"].includes(scheme!))
    throw badRequest(`invalid ${what} request ${JSON.stringify(text)}`);
  return { scheme: scheme === "https" ? "https" : "http", name, port: port! };
}

/** The pod's own address, at the port asked for or else the first that it tells of. */
export function podTarget({ scheme, port }: ProxyName, { spec, status }: Pick<Pod, "spec" | "status">): ProxyTarget {
  const told = (spec.containers ?? []).find(({ ports }) => ports?.length)?.ports?.[0]?.containerPort;
  const host = allowedAddress(status.podIPs?.[0]?.ip ?? "");
  return { scheme, host, port: checkedPort(port || (told === undefined ? "" : String(told))) };
}

/** The name of the service's port that a number asks for; a name asks for itself. 503 when there is no such number. */
export function servicePortName({ name, port }: ProxyName, read: Pick<Service, "spec">): string {
  if (!isNumber(port)) return port;
  const found = (read.spec.ports ?? []).find((one) => one.port === Number(port));
  if (!found) throw serviceUnavailable(`no service port ${Number(port)} found for service ${JSON.stringify(name)}`);
  return found.name ?? "";
}

/** Whether a port is asked for by its number. */
export function isNumber(port: string): boolean {
  return /^[+-]?\d{1,18}$/.test(port);
}

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  /** The pod that must have this address, or the endpoint is left out: anybody may write Endpoints. */
  readonly pod: string;
}

/** What serves a service's port, as far as it says which pod of the namespace it is. */
export function endpointsOf({ subsets }: Pick<Endpoints, "subsets">, portName: string, namespace: string): Endpoint[] {
  return (subsets ?? []).flatMap(({ addresses, ports }) => {
    const port = (ports ?? []).find(({ name }) => (name ?? "") === portName)?.port;
    if (port === undefined) return [];
    return (addresses ?? []).flatMap(({ ip, targetRef }) =>
      targetRef?.name && targetRef.namespace === namespace ? [{ ip, port, pod: targetRef.name }] : [],
    );
  });
}

/** An endpoint as a target, when the pod it names has its address. */
export function endpointTarget(
  { ip, port }: Endpoint,
  pod: Pick<Pod, "status"> | undefined,
  scheme: ProxyTarget["scheme"],
): ProxyTarget | undefined {
  if (!(pod?.status.podIPs ?? []).some((one) => one.ip === ip)) return undefined;
  const address = parseIp(ip);
  // A pod that was made to have the server's own address leads nowhere.
  return address && isGlobalUnicast(address) ? { scheme, host: formatIp(address), port: String(port) } : undefined;
}

/** Another port of a node than its kubelet's. */
export function nodeTarget({ scheme, port }: ProxyName, { status }: Pick<Node, "status">): ProxyTarget {
  const addresses = (status.addresses ?? []).filter(({ address }) => parseIp(address));
  const found = ["InternalIP", "ExternalIP"].map((type) => addresses.find((one) => one.type === type)).find(Boolean);
  return { scheme, host: allowedAddress((found ?? addresses[0])?.address ?? ""), port: checkedPort(port) };
}

function allowedAddress(text: string): string {
  const address = parseIp(text);
  if (!address || !isGlobalUnicast(address)) throw badRequest("address not allowed");
  return formatIp(address);
}

const PORT_MAX = 65_535;

function checkedPort(port: string): string | undefined {
  if (port === "") return undefined;
  if (!/^\d{1,5}$/.test(port) || Number(port) === 0 || Number(port) > PORT_MAX)
    throw serviceUnavailable(`error trying to reach service: dial tcp: address ${port}: invalid port`);
  return port;
}

interface Range {
  readonly first: bigint;
  readonly bits: number;
}

const range = (text: string): Range => {
  const [address, bits] = text.split("/") as [string, string];
  return { first: parseIp(address)!.value, bits: Number(bits) };
};
/** Unspecified, loopback, link-local, multicast and broadcast: what an address of something else can't be. */
const NOT_UNICAST: Readonly<Record<4 | 6, readonly Range[]>> = {
  4: ["0.0.0.0/32", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32"].map(range),
  6: ["::/127", "fe80::/10", "ff00::/8"].map(range),
};

/** Whether an address can be another machine's, or a pod's. */
export function isGlobalUnicast({ family, value }: Pick<IpAddress, "family" | "value">): boolean {
  const width = family === 4 ? 32 : 128;
  return !NOT_UNICAST[family].some(({ first, bits }) => {
    const shift = BigInt(width - bits);
    return value >> shift === first >> shift;
  });
}
