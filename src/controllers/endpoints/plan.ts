import { jsonEqual } from "../../base/index.ts";
import { createHash } from "node:crypto";
import { type Endpoints, isPodReady, isPodTerminal, type Pod, type Service } from "../../api/index.ts";
import { canonical } from "../common/hash.ts";
import { addressesOf, HEADLESS, portsOf } from "../endpointslice/plan.ts";

const MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const MANAGER = "endpoint-controller";
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
const ADDRESSES_MAX = 1000;

type Subset = NonNullable<Endpoints["subsets"]>[number];
type Address = NonNullable<Subset["addresses"]>[number];

interface Building {
  readonly ports: Subset["ports"];
  readonly ready: Address[];
  readonly notReady: Address[];
}

/** The Endpoints object that a service should have; undefined when the known one is right. */
export function plan(service: Service, pods: readonly Pod[], known: Endpoints | undefined): Endpoints | undefined {
  const { subsets, truncated } = limit(subsetsOf(service, pods));
  const { [HEADLESS]: _, ...own } = service.metadata.labels ?? {};
  const labels = { ...own, ...(service.spec.clusterIP === "None" && { [HEADLESS]: "" }), [MANAGED_BY]: MANAGER };
  const { [OVER_CAPACITY]: over, ...rest } = known?.metadata.annotations ?? {};
  const annotations = truncated ? { ...rest, [OVER_CAPACITY]: "truncated" } : rest;
  const same =
    known !== undefined &&
    jsonEqual(known.subsets ?? [], subsets) &&
    jsonEqual(known.metadata.labels ?? {}, labels) &&
    (over !== undefined) === truncated;
  if (same) return undefined;
  const { name, namespace } = service.metadata;
  const metadata = { ...known?.metadata, name, namespace, labels, annotations };
  return { kind: "Endpoints", apiVersion: "v1", metadata, subsets } as unknown as Endpoints;
}

function subsetsOf(service: Service, pods: readonly Pod[]): Subset[] {
  const groups = new Map<string, Building>();
  const family = service.spec.ipFamilies?.[0] ?? "IPv4";
  for (const pod of pods) {
    const [ip] = addressesOf(pod, family);
    const leaving = pod.metadata.deletionTimestamp && !service.spec.publishNotReadyAddresses;
    if (!ip || leaving || isPodTerminal(pod)) continue;
    const ports = portsOf(service, pod).map(({ name, ...port }) => ({ ...(name && { name }), ...port }));
    // A service without ports is about names only, which needs none.
    if (ports.length === 0 && (service.spec.clusterIP !== "None" || (service.spec.ports ?? []).length > 0)) continue;
    const key = canonical(ports);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { ports: inOrder(ports as readonly Port[]), ready: [], notReady: [] }));
    const ready = service.spec.publishNotReadyAddresses || isPodReady(pod);
    (ready ? group.ready : group.notReady).push(addressOf(service, pod, ip));
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => finish(group));
}

type Port = NonNullable<Subset["ports"]>[number];

/** As the original writes them: by a digest of each, printed the way that Go prints a value with its types. */
function inOrder(ports: readonly Port[]): readonly Port[] {
  if (ports.length < 2) return ports;
  const ranked = ports.map((port) => ({ port, rank: createHash("md5").update(printed(port)).digest("hex") }));
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ port }) => port);
}

function printed({ name = "", port, protocol, appProtocol }: Port): string {
  const fields = [
    `Name:(string)${name}`,
    `Port:(int32)${port}`,
    `Protocol:(v1.Protocol)${protocol ?? ""}`,
    `AppProtocol:(*string)${appProtocol ?? "<nil>"}`,
  ];
  return `(v1.EndpointPort){${fields.join(" ")}}`;
}

function addressOf(service: Service, { metadata, spec }: Pod, ip: string): Address {
  const { namespace, name, uid } = metadata;
  const { hostname, subdomain, nodeName } = spec;
  return {
    ip,
    ...(hostname && subdomain === service.metadata.name && { hostname }),
    ...(nodeName && { nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}

function finish({ ports, ready, notReady }: Building): Subset {
  const byIp = (a: Address, b: Address) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0);
  return {
    ...(ready.length > 0 && { addresses: ready.sort(byIp) }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady.sort(byIp) }),
    ...(ports && ports.length > 0 && { ports }),
  };
}

/** At most a thousand addresses; ready ones first. */
function limit(subsets: readonly Subset[]): { readonly subsets: readonly Subset[]; readonly truncated: boolean } {
  let room = ADDRESSES_MAX;
  let truncated = false;
  const take = (addresses: readonly Address[] | undefined) => {
    const taken = addresses?.slice(0, room);
    room -= taken?.length ?? 0;
    truncated ||= (taken?.length ?? 0) < (addresses?.length ?? 0);
    return taken;
  };
  const ready = subsets.map(({ addresses }) => take(addresses));
  const notReady = subsets.map(({ notReadyAddresses }) => take(notReadyAddresses));
  if (!truncated) return { subsets, truncated };
  const cut = subsets.map(({ ports }, index) => ({
    ...(ready[index]?.length && { addresses: ready[index] }),
    ...(notReady[index]?.length && { notReadyAddresses: notReady[index] }),
    ...(ports && { ports }),
  }));
  return { subsets: cut.filter((subset) => subset.addresses || subset.notReadyAddresses), truncated };
}
