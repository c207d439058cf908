import { type FieldError, invalid, internal, type KindDefinition, type Mutable, Service } from "../../api/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Store } from "../../store/index.ts";
import type { Json } from "../http/object.ts";
import type { ResourceHooks, Settle, WriteOptions } from "../registry/generic.ts";
import { formatAddress, parseAddress, parseCidr } from "./addresses.ts";
import { Allocator, type Holder } from "./allocator.ts";

export interface ServiceOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Where cluster addresses come from, such as 10.96.0.0/16. */
  readonly serviceCidr: string;
  readonly nodePortRange: { readonly first: number; readonly last: number };
}

type Spec = Mutable<Service>["spec"];

/** Gives services their cluster address and node ports, and takes them back. */
export function serviceHooks(options: ServiceOptions): ResourceHooks {
  const allocation = new ServiceAllocation(options);
  return {
    before: (object, old, write) =>
      allocation.change(object as unknown as Mutable<Service>, old as Service | undefined, write),
    afterDelete: (object) => allocation.releaseAll(object as unknown as Service),
  };
}

class ServiceAllocation {
  readonly #addresses: Allocator;
  readonly #ports: Allocator;
  readonly #range: ServiceOptions["nodePortRange"];

  constructor({ store, clock, random, serviceCidr, nodePortRange }: ServiceOptions) {
    const shared = { store, clock, random };
    const prefix = "/registry/ipaddresses/";
    this.#range = nodePortRange;
    this.#addresses = new Allocator({
      ...shared,
      ...parseCidr(serviceCidr),
      prefix,
      format: formatAddress,
      record: addressRecord,
    });
    this.#ports = new Allocator({
      ...shared,
      first: nodePortRange.first,
      size: nodePortRange.last - nodePortRange.first + 1,
      prefix: "/registry/ranges/servicenodeports/",
      format: String,
      record: (port, holder) => ({ port: Number(port), ...holder }),
    });
  }

  /** Takes what the service needs and doesn't have; what it no longer needs goes back once it is stored. */
  async change(service: Mutable<Service>, old: Service | undefined, write: WriteOptions): Promise<Settle> {
    const taken: Array<() => Promise<void>> = [];
    const undone = async () => {
      for (const release of taken.splice(0).reverse()) await release();
    };
    try {
      const call = { service, old, dryRun: write.dryRun, taken };
      await this.#address(call);
      await this.#nodePorts(call);
    } catch (error) {
      await undone();
      throw error;
    }
    return {
      undone,
      done: () => (old && !write.dryRun ? this.#releaseUnused(old, service as Service) : Promise.resolve()),
    };
  }

  async releaseAll(service: Service): Promise<void> {
    await this.#releaseUnused(service, undefined);
  }

  /** Makes the records of what a service holds, where they are missing. */
  async record(service: Service): Promise<void> {
    const holder = holderOf(service);
    const address = parseAddress(service.spec.clusterIP ?? "");
    if (address !== undefined && this.#addresses.contains(address)) await this.#addresses.take(address, holder);
    for (const { nodePort } of service.spec.ports ?? [])
      if (nodePort && this.#ports.contains(nodePort)) await this.#ports.take(nodePort, holder);
  }

  async #address({ service, old, dryRun, taken }: ChangeCall): Promise<void> {
    const { spec } = service;
    if (spec.type === "ExternalName") return clearAddress(spec, old);
    spec.ipFamilies ??= ["IPv4"];
    spec.ipFamilyPolicy ??= spec.clusterIP === "None" && !spec.selector ? "RequireDualStack" : "SingleStack";
    if (spec.clusterIP === undefined && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0];
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    if (spec.clusterIP === "None" || (spec.clusterIP && spec.clusterIP === old?.spec.clusterIP)) return;
    const holder = holderOf(service as Service);
    if (spec.clusterIP) await this.#takeAddress(service, { dryRun, taken, holder });
    else {
      const value = await this.#anyAddress(service, { dryRun, taken, holder });
      spec.clusterIP = formatAddress(value);
      spec.clusterIPs = [spec.clusterIP];
    }
  }

  async #takeAddress(service: Mutable<Service>, { dryRun, taken, holder }: TakeCall): Promise<void> {
    const text = service.spec.clusterIP!;
    const value = parseAddress(text);
    // Text that is no address is validation's to refuse.
    if (value === undefined) return;
    const fail = (why: string) =>
      refuse(service, [
        { path: "spec.clusterIPs", type: "Invalid", value: [text], detail: `failed to allocate IP ${text}: ${why}` },
      ]);
    if (!this.#addresses.contains(value)) throw fail("the provided network does not match the current range");
    const free = dryRun ? await this.#addresses.isFree(value) : await this.#addresses.take(value, holder);
    if (!free) throw fail("provided IP is already allocated");
    if (!dryRun) taken.push(() => this.#addresses.release(value));
  }

  async #anyAddress(service: Mutable<Service>, { dryRun, taken, holder }: TakeCall): Promise<number> {
    const value = await this.#addresses.takeAny(holder);
    if (value === undefined)
      throw refuse(service, [
        { path: "spec.clusterIPs", type: "Invalid", value: [""], detail: "failed to allocate IP: range is full" },
      ]);
    if (dryRun) await this.#addresses.release(value);
    else taken.push(() => this.#addresses.release(value));
    return value;
  }

  async #nodePorts({ service, old, dryRun, taken }: ChangeCall): Promise<void> {
    if (!needsNodePorts(service.spec)) return;
    const held = new Map((old?.spec.ports ?? []).map((port) => [port.nodePort ?? 0, port]));
    const here = new Map<number, Set<string>>();
    const holder = holderOf(service as Service);
    const ports = service.spec.ports ?? [];
    for (const [index, port] of ports.entries()) {
      const protocol = port.protocol ?? "TCP";
      if (!port.nodePort) continue;
      // One number may serve several protocols of the same service.
      const same = here.get(port.nodePort);
      if (same && !same.has(protocol)) {
        same.add(protocol);
        continue;
      }
      here.set(port.nodePort, new Set([protocol]));
      if (!held.has(port.nodePort))
        await this.#takePort(service, { index, value: port.nodePort, dryRun, taken, holder });
    }
    for (const port of ports) {
      if (port.nodePort) continue;
      const value = await this.#ports.takeAny(holder);
      if (value === undefined) throw internal("failed to allocate a nodePort: range is full");
      if (dryRun) await this.#ports.release(value);
      else taken.push(() => this.#ports.release(value));
      port.nodePort = value;
    }
  }

  async #takePort(
    service: Mutable<Service>,
    { index, value, dryRun, taken, holder }: TakeCall & { index: number; value: number },
  ) {
    const { first, last } = this.#range;
    const fail = (detail: string) =>
      refuse(service, [{ path: `spec.ports[${index}].nodePort`, type: "Invalid", value, detail }]);
    if (!this.#ports.contains(value))
      throw fail(`provided port is not in the valid range. The range of valid ports is ${first}-${last}`);
    const free = dryRun ? await this.#ports.isFree(value) : await this.#ports.take(value, holder);
    if (!free) throw fail("provided port is already allocated");
    if (!dryRun) taken.push(() => this.#ports.release(value));
  }

  async #releaseUnused(old: Service, now: Service | undefined): Promise<void> {
    const { clusterIP } = old.spec;
    const value = clusterIP && clusterIP !== now?.spec.clusterIP ? parseAddress(clusterIP) : undefined;
    if (value !== undefined && this.#addresses.contains(value)) await this.#addresses.release(value);
    const kept = new Set((now?.spec.ports ?? []).map((port) => port.nodePort));
    const given = new Set((old.spec.ports ?? []).flatMap((port) => (port.nodePort ? [port.nodePort] : [])));
    for (const port of given) if (!kept.has(port) && this.#ports.contains(port)) await this.#ports.release(port);
  }
}

interface ChangeCall {
  readonly service: Mutable<Service>;
  readonly old: Service | undefined;
  readonly dryRun: boolean;
  /** How to give back what was taken so far. */
  readonly taken: Array<() => Promise<void>>;
}

interface TakeCall extends Pick<ChangeCall, "dryRun" | "taken"> {
  readonly holder: Holder;
}

function clearAddress(spec: Spec, old: Service | undefined): void {
  if (old === undefined || old.spec.type === "ExternalName") return;
  const loose = spec as unknown as Json;
  for (const key of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"])
    delete loose[key];
  for (const port of spec.ports ?? []) delete (port as unknown as Json).nodePort;
}

function needsNodePorts({ type, allocateLoadBalancerNodePorts, ports }: Spec): boolean {
  if (type === "NodePort") return true;
  if (type !== "LoadBalancer") return false;
  return allocateLoadBalancerNodePorts !== false || (ports ?? []).some((port) => port.nodePort);
}

function holderOf({ metadata: { namespace, name } }: Service): Holder {
  return { namespace, name };
}

function refuse({ metadata }: Mutable<Service>, errors: readonly FieldError[]): Error {
  return invalid(Service as unknown as KindDefinition, metadata.name ?? "", errors);
}

function addressRecord(
  name: string,
  holder: Holder,
  { uid, at }: { readonly uid: string; readonly at: string },
): unknown {
  return {
    kind: "IPAddress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name,
      uid,
      creationTimestamp: at,
      labels: {
        "ipaddress.kubernetes.io/ip-family": "IPv4",
        "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
      },
    },
    spec: { parentRef: { resource: "services", ...holder } },
  };
}

/** Takes the records of services that have none, as after a crash between two writes or a restored snapshot. */
export async function repairServices(options: ServiceOptions, services: readonly Service[]): Promise<void> {
  const allocation = new ServiceAllocation(options);
  for (const service of services) await allocation.record(service);
}
