import { formatIp, IPAddress, type KindDefinition, parseIp, type Service } from "../../api/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Store } from "../../store/index.ts";
import type { StorageMediaType } from "../stored/encoding.ts";
import { addressAt, type AddressRange, addressRange, holdsAddresses, offsetOf } from "./addresses.ts";
import { Allocator, type Holder, type Records, releaseRecord } from "./allocator.ts";
import type { Family } from "./families.ts";
import { PortRange } from "./port-range.ts";

export interface ServiceOptions {
  readonly store: Store;
  readonly storageMediaType?: StorageMediaType;
  readonly clock: Clock;
  readonly random: Random;
  /** Where cluster addresses come from, such as 10.96.0.0/16; a second range of the other family after a comma. */
  readonly serviceCidr: string;
  /** Ranges that were added since, as they are now. */
  readonly addedCidrs?: () => Promise<readonly string[]>;
  readonly nodePortRange: { readonly first: number; readonly last: number };
  /** All services that there are now. */
  readonly services: () => Promise<readonly Service[]>;
}

/** A range of addresses, and who gives them out. */
export interface AddressPool {
  readonly range: AddressRange;
  readonly allocator: Allocator;
}

const FAMILY = "ipaddress.kubernetes.io/ip-family";
const MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
const ALLOCATOR = "ipallocator.k8s.io";

const RECORDED_BY = { manager: "kube-apiserver", operation: "Update", apiVersion: "networking.k8s.io/v1" };
/** All that a record says. */
const RECORDED_FIELDS = {
  "f:metadata": { "f:labels": { ".": {}, [`f:${FAMILY}`]: {}, [`f:${MANAGED_BY}`]: {} } },
  "f:spec": { "f:parentRef": { ".": {}, "f:name": {}, "f:namespace": {}, "f:resource": {} } },
};

/** Each address that a service holds is an IPAddress. */
export const ADDRESS_RECORDS: Records = {
  prefix: "/registry/ipaddresses/",
  kind: IPAddress as unknown as KindDefinition,
  write: (name, holder, { uid, at }) => ({
    kind: "IPAddress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name,
      uid,
      creationTimestamp: at,
      labels: {
        [FAMILY]: name.includes(":") ? "IPv6" : "IPv4",
        [MANAGED_BY]: ALLOCATOR,
      },
      managedFields: [{ ...RECORDED_BY, time: at, fieldsType: "FieldsV1", fieldsV1: RECORDED_FIELDS }],
    },
    spec: { parentRef: { resource: "services", ...holder } },
  }),
  read: (record) => {
    const { metadata, spec } = record as AddressRecord;
    if (metadata.labels?.[MANAGED_BY] !== ALLOCATOR) return undefined;
    const { namespace = "", name } = spec.parentRef;
    return { holder: { namespace, name }, at: metadata.creationTimestamp };
  },
};

interface AddressRecord {
  readonly metadata: { readonly creationTimestamp: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly parentRef: { readonly namespace?: string; readonly name: string } };
}

/** The ranges that services draw from. */
export class ServiceRanges {
  readonly ports: PortRange;
  /** The families that services may have; the first is the default. */
  readonly families: readonly Family[];
  readonly #options: ServiceOptions;
  readonly #first: readonly AddressPool[];

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#first = options.serviceCidr.split(",").map((cidr) => this.#pool(cidr));
    this.families = this.#first.map(({ range }) => range.family);
    const { first, last } = options.nodePortRange;
    this.ports = new PortRange({
      ...options,
      first,
      last,
      held: async () => (await options.services()).flatMap(portsOf),
    });
  }

  /** What a dry run shows for a family: the range that services have had from the start, and its first address. */
  pretended(family: Family): { readonly cidr: string; readonly address: string } {
    const index = this.families.indexOf(family);
    return {
      cidr: this.#options.serviceCidr.split(",")[index]!,
      // The network's own, which no service gets.
      address: addressAt(this.#first[index]!.range, -1),
    };
  }

  /** Which pool an address is of; undefined for none. */
  async placeOf(text: string): Promise<{ readonly allocator: Allocator; readonly offset: number } | undefined> {
    return placeIn(this.#first, text) ?? placeIn(await this.#added(), text);
  }

  /** An address of a family that was free until now; undefined when all pools are empty. */
  async takeAny(family: Family, holder: Holder): Promise<string | undefined> {
    return (await takeFrom(this.#first, family, holder)) ?? (await takeFrom(await this.#added(), family, holder));
  }

  /** Gives an address back, though its range may be gone. */
  async release(text: string, holder: Holder): Promise<void> {
    const ip = parseIp(text);
    if (ip) await releaseRecord({ store: this.#options.store, records: ADDRESS_RECORDS, holder }, formatIp(ip));
  }

  async #added(): Promise<AddressPool[]> {
    const cidrs = (await this.#options.addedCidrs?.()) ?? [];
    return cidrs.filter(holdsAddresses).map((cidr) => this.#pool(cidr));
  }

  #pool(cidr: string): AddressPool {
    const range = addressRange(cidr);
    const format = (offset: number) => addressAt(range, offset);
    const records = ADDRESS_RECORDS;
    return { range, allocator: new Allocator({ ...this.#options, records, first: 0, size: range.size, format }) };
  }
}

/** All ports that a service holds on nodes. */
export function portsOf({ spec }: Service): number[] {
  const ports = [...(spec.ports ?? []).map(({ nodePort }) => nodePort), spec.healthCheckNodePort];
  return ports.filter((port): port is number => Boolean(port));
}

export function holderOf({ metadata: { namespace, name } }: Service): Holder {
  return { namespace, name };
}

function placeIn(pools: readonly AddressPool[], text: string) {
  for (const { range, allocator } of pools) {
    const offset = offsetOf(range, text);
    if (offset !== undefined) return { allocator, offset };
  }
  return undefined;
}

async function takeFrom(pools: readonly AddressPool[], family: Family, holder: Holder): Promise<string | undefined> {
  for (const { range, allocator } of pools) {
    if (range.family !== family) continue;
    const offset = await allocator.takeAny(holder);
    if (offset !== undefined) return addressAt(range, offset);
  }
  return undefined;
}
