import { Service, ServiceCIDR } from "../../api/index.ts";
import { type Clock, type Log, parseTime } from "../../base/index.ts";
import { type Entry, prefixEnd, type Store } from "../../store/index.ts";
import type { Reads } from "../contracts.ts";
import { dropRecord, type Holder, readRecord, type Records } from "./allocator.ts";
import { ADDRESS_RECORDS, holderOf, PORT_RECORDS, portsOf, type ServiceOptions, ServiceRanges } from "./ranges.ts";

const REPAIR_EVERY_MS = 180_000;
/** A younger record may be of a service that is just being written. */
const YOUNG_MS = 60_000;

/** Ranges of addresses that were added to the one of the start, and are ready. */
export async function addedCidrs(reads: Reads): Promise<readonly string[]> {
  const ranges = await reads.list(ServiceCIDR);
  return ranges.filter(isReady).flatMap(({ spec }) => spec.cidrs ?? []);
}

function isReady({ metadata, status }: ServiceCIDR): boolean {
  if (metadata.deletionTimestamp) return false;
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}

/** Repairs now and then, until the signal. */
export async function keepRepaired(
  options: ServiceOptions & { readonly log: Log },
  reads: Reads,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await options.clock.sleep(REPAIR_EVERY_MS, signal);
    await repairServices(options, reads).catch((error) => options.log.error("Services not repaired", { error }));
  }
}

/**
 * Makes the records of what services hold, where they are missing, and drops those that no service holds, as after a crash
 * between two writes or a restored snapshot.
 */
export async function repairServices(options: ServiceOptions, reads: Reads): Promise<void> {
  const ranges = new ServiceRanges(options);
  // What was written down before the services are read is no news to them.
  const written = await Promise.all(
    [ADDRESS_RECORDS, PORT_RECORDS].map((records) => entriesOf(options.store, records)),
  );
  const held = new Set<string>();
  for (const service of await reads.list(Service)) {
    const holder = holderOf(service);
    for (const text of service.spec.clusterIPs ?? []) {
      const place = await ranges.placeOf(text);
      if (place) await place.allocator.take(place.offset, holder);
      held.add(heldAs(holder, ADDRESS_RECORDS.prefix + text));
    }
    for (const port of portsOf(service)) {
      if (ranges.ports.contains(port)) await ranges.ports.take(port, holder);
      held.add(heldAs(holder, PORT_RECORDS.prefix + port));
    }
  }
  for (const [records, entries] of [
    [ADDRESS_RECORDS, written[0]!],
    [PORT_RECORDS, written[1]!],
  ] as const)
    for (const entry of entries) await dropUnheld({ ...options, records, held }, entry);
}

interface Dropping {
  readonly store: Store;
  readonly clock: Clock;
  readonly records: Records;
  readonly held: ReadonlySet<string>;
}

async function dropUnheld({ store, clock, records, held }: Dropping, entry: Entry): Promise<void> {
  const record = readRecord(records, entry);
  if (!record || held.has(heldAs(record.holder, entry.key))) return;
  if (clock.now() - parseTime(record.at) > YOUNG_MS) await dropRecord(store, entry);
}

async function entriesOf(store: Store, { prefix }: Records): Promise<readonly Entry[]> {
  return (await store.range({ start: prefix, end: prefixEnd(prefix) })).entries;
}

function heldAs({ namespace, name }: Holder, key: string): string {
  return `${namespace}/${name} ${key}`;
}
