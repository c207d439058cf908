import {
  type FieldError,
  forbiddenField,
  internal,
  invalid,
  invalidValue,
  type KindDefinition,
  type Mutable,
  needsHealthCheckPort,
  needsNodePorts,
  prepareServiceUpdate,
  Service,
  statusError,
  usesNodePorts,
  validateClusterIPs,
} from "../../api/index.ts";
import type { ResourceHooks, Settle, WriteOptions } from "../registry/generic.ts";
import { addressAt, addressRange } from "./addresses.ts";
import type { Holder, Numbers } from "./allocator.ts";
import { type Family, fillFamilies } from "./families.ts";
import { holderOf, portsOf, type ServiceRanges } from "./ranges.ts";

const PRETENDED_PORT = 32_768;

/** Gives services their cluster addresses and node ports, and takes them back. */
export function serviceHooks(ranges: ServiceRanges): ResourceHooks {
  const allocation = new ServiceAllocation(ranges);
  return {
    before: (object, old, write) =>
      allocation.change(object as unknown as Mutable<Service>, old as Service | undefined, write),
    afterDelete: (object) => allocation.releaseAll(object as unknown as Service),
  };
}

/** The first address of the first range: the API server's own. */
export function firstServiceAddress(serviceCidr: string): string {
  return addressAt(addressRange(serviceCidr.split(",")[0]!), 0);
}

class ServiceAllocation {
  readonly #ranges: ServiceRanges;

  constructor(ranges: ServiceRanges) {
    this.#ranges = ranges;
  }

  /** Takes what the service needs and doesn't have; what it no longer needs goes back once it is stored. */
  async change(service: Mutable<Service>, old: Service | undefined, write: WriteOptions): Promise<Settle> {
    const taken: Array<() => Promise<void>> = [];
    const undone = async () => {
      for (const release of taken.splice(0).reverse()) await release();
    };
    if (old) prepareServiceUpdate(service, old);
    const impossible = fillFamiliesOf(service, old, this.#ranges.families);
    if (impossible.length > 0) throw refuse(service, impossible);
    try {
      const holder = holderOf(service as Service);
      const call = { service, old, dryRun: write.dryRun, taken, pretended: [], holder };
      await this.#takeAddresses(call);
      await this.#takeNodePorts(call);
      await this.#takeHealthCheckPort(call);
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

  /** An address for each of its families, as far as it has none; the ones it asks for first. */
  async #takeAddresses(call: ChangeCall): Promise<void> {
    const { service, old } = call;
    const { spec } = service;
    if (spec.type === "ExternalName" || spec.clusterIPs?.[0] === "None") return;
    const held = new Set(old?.spec.clusterIPs);
    const clusterIPs = [...(spec.clusterIPs ?? [])];
    // The first address stays; validation says so, before anyone looks whether another is to be had.
    if (old?.spec.clusterIPs?.length && old.spec.type !== "ExternalName" && !held.has(clusterIPs[0] ?? "")) return;
    for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
      const wanted = clusterIPs[index];
      if (wanted && held.has(wanted)) continue;
      if (wanted) await this.#takeAddress(call, wanted);
      else clusterIPs[index] = await this.#anyAddress(call, family as Family);
    }
    spec.clusterIPs = clusterIPs;
    spec.clusterIP = clusterIPs[0] as string;
  }

  async #takeAddress(call: ChangeCall, text: string): Promise<void> {
    const place = await this.#ranges.placeOf(text);
    const { dryRun } = call;
    const fail = (why: string) =>
      refuse(call.service, [
        invalidValue("spec.clusterIPs", call.service.spec.clusterIPs, `failed to allocate IP ${text}: ${why}`),
      ]);
    if (!place && dryRun) {
      const { cidr } = this.#ranges.pretended(text.includes(":") ? "IPv6" : "IPv4");
      throw fail(`the provided IP (${text}) is not in the valid range. The range of valid IPs is ${cidr}`);
    }
    if (!place) throw fail("the provided network does not match the current range");
    if (!(await this.#take(call, place.allocator, place.offset))) throw fail("provided IP is already allocated");
  }

  async #anyAddress(call: ChangeCall, family: Family): Promise<string> {
    if (call.dryRun) return this.#ranges.pretended(family).address;
    const text = await this.#ranges.takeAny(family, call.holder);
    const fail = (why: string) =>
      refuse(call.service, [invalidValue("spec.clusterIPs", [""], `failed to allocate IP: ${why}`)]);
    if (text === undefined) throw fail("range is full");
    const release = () => this.#ranges.release(text, call.holder);
    // The record of an address names its service, and so is refused before the service itself is looked at.
    if (call.holder.name) call.taken.push(release);
    else {
      await release();
      throw fail(`IPAddress.networking.k8s.io ${JSON.stringify(text)} is invalid: spec.parentRef.name: Required value`);
    }
    return text;
  }

  async #takeNodePorts(call: ChangeCall): Promise<void> {
    const { service, old } = call;
    if (!usesNodePorts(service as Service)) return;
    await (old ? this.#changeNodePorts(call, old) : this.#firstNodePorts(call));
  }

  /** Of a new service: ports of one number, which differ in their protocols, share a node port unless they say another. */
  async #firstNodePorts(call: ChangeCall): Promise<void> {
    const ports = call.service.spec.ports ?? [];
    const shared = new Map<number, number>();
    for (const [index, port] of ports.entries()) {
      if (!port.nodePort && !needsNodePorts(call.service as Service)) continue;
      const known = shared.get(port.port);
      if (known === undefined) {
        const wanted = ports.find((other) => other.port === port.port && other.nodePort)?.nodePort;
        if (wanted) await this.#takePort(call, index, wanted);
        port.nodePort = wanted || (await this.#anyPort(call, "a nodePort"));
        shared.set(port.port, port.nodePort);
      } else if (!port.nodePort) port.nodePort = known;
      else if (port.nodePort !== known) await this.#takePort(call, index, port.nodePort);
    }
  }

  /** Of a service that is there: one number may serve several protocols. */
  async #changeNodePorts(call: ChangeCall, old: Service): Promise<void> {
    const held = new Set(portsOf(old));
    const seen = new Set<string>();
    for (const [index, port] of (call.service.spec.ports ?? []).entries()) {
      if (port.nodePort) {
        if (!held.has(port.nodePort)) await this.#takePort(call, index, port.nodePort);
        held.add(port.nodePort);
      } else if (needsNodePorts(call.service as Service)) port.nodePort = await this.#anyPort(call, "a nodePort");
      else continue;
      const shown = `{${port.protocol ?? "TCP"} ${port.nodePort}}`;
      if (seen.has(shown)) throw statusError({ code: 500, reason: "", message: `duplicate nodePort: ${shown}` });
      seen.add(shown);
    }
  }

  async #takePort(call: ChangeCall, index: number, value: number): Promise<void> {
    const fail = (why: string) => refuse(call.service, [invalidValue(`spec.ports[${index}].nodePort`, value, why)]);
    await this.#takeFromPorts(call, value, fail);
  }

  /** A dry run takes nothing, and doesn't mind what is out of range. */
  async #takeFromPorts(call: ChangeCall, value: number, fail: (why: string) => Error): Promise<void> {
    const { ports } = this.#ranges;
    const isInRange = ports.contains(value);
    if (!isInRange && !call.dryRun) throw fail(this.#outOfRange());
    const isFree = call.dryRun
      ? !call.pretended.includes(value) && (!isInRange || (await ports.isFree(value)))
      : await this.#take(call, ports, value);
    if (!isFree) throw fail("provided port is already allocated");
    call.pretended.push(value);
  }

  async #anyPort(call: ChangeCall, what: string): Promise<number> {
    if (call.dryRun) return pretendedPort(call);
    const value = await this.#ranges.ports.takeAny();
    if (value === undefined) throw internal(`failed to allocate ${what}: range is full`);
    call.taken.push(() => this.#ranges.ports.release(value));
    return value;
  }

  async #takeHealthCheckPort(call: ChangeCall): Promise<void> {
    const { service, old } = call;
    if (!needsHealthCheckPort(service as Service)) return;
    const value = service.spec.healthCheckNodePort;
    if (old && needsHealthCheckPort(old)) {
      if (value !== old.spec.healthCheckNodePort)
        throw refuse(service, [forbiddenField("spec.healthCheckNodePort", "field is immutable")]);
      return;
    }
    if (!value) {
      service.spec.healthCheckNodePort = await this.#anyPort(call, "a HealthCheck NodePort");
      return;
    }
    const fail = (why: string) => internal(`failed to allocate requested HealthCheck NodePort ${value}: ${why}`);
    await this.#takeFromPorts(call, value, fail);
  }

  #outOfRange(): string {
    return `provided port is not in the valid range. The range of valid ports is ${this.#ranges.ports.range}`;
  }

  /** Takes a certain value, until the write is undone; says whether it was free. */
  async #take({ dryRun, taken, holder }: ChangeCall, numbers: Numbers, value: number): Promise<boolean> {
    if (dryRun) return true;
    const free = await numbers.take(value, holder);
    if (free) taken.push(() => numbers.release(value, holder));
    return free;
  }

  async #releaseUnused(old: Service, now: Service | undefined): Promise<void> {
    const holder = holderOf(old);
    const kept = new Set(now?.spec.clusterIPs);
    for (const text of old.spec.clusterIPs ?? []) if (!kept.has(text)) await this.#ranges.release(text, holder);
    const { ports } = this.#ranges;
    const keptPorts = new Set(now ? portsOf(now) : []);
    for (const port of new Set(portsOf(old)))
      if (!keptPorts.has(port) && ports.contains(port)) await ports.release(port);
  }
}

interface ChangeCall {
  readonly service: Mutable<Service>;
  readonly old: Service | undefined;
  readonly dryRun: boolean;
  /** How to give back what was taken so far. */
  readonly taken: Array<() => Promise<void>>;
  /** Node ports that a dry run has come by. */
  readonly pretended: number[];
  readonly holder: Holder;
}

/** A dry run shows numbers that no service will have. */
function pretendedPort({ pretended }: ChangeCall): number {
  const port = (pretended.length > 0 ? Math.max(...pretended) : PRETENDED_PORT) + 1;
  pretended.push(port);
  return port;
}

/** What is wrong with the addresses that a service asks for is told before any is taken. */
function fillFamiliesOf(
  service: Mutable<Service>,
  old: Service | undefined,
  configured: readonly Family[],
): FieldError[] {
  // Nobody comes to have other addresses by saying nothing of them.
  if (old?.spec.ipFamilyPolicy && service.spec.type !== "ExternalName")
    service.spec.ipFamilyPolicy ??= old.spec.ipFamilyPolicy;
  const wrong = validateClusterIPs(service as Service, old);
  return wrong.length > 0 ? wrong : fillFamilies(service.spec, old?.spec, configured);
}

function refuse({ metadata }: Mutable<Service>, errors: readonly FieldError[]): Error {
  return invalid(Service as unknown as KindDefinition, metadata.name ?? "", errors);
}
