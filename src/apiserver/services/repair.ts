import { type Service, ServiceCIDR } from "../../api/index.ts";
import { type Clock, type Log, parseTime } from "../../base/index.ts";
import { prefixEnd, type Store } from "../../store/index.ts";
import type { Reads } from "../contracts.ts";
import { dropRecord, type Holder, readRecord } from "./allocator.ts";
import { ADDRESS_RECORDS, holderOf, type ServiceRanges } from "./ranges.ts";

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
  parts: RepairParts & { readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, log, signal } = parts;
  while (!signal.aborted) {
    await clock.sleep(REPAIR_EVERY_MS, signal);
    await repairServices(parts).catch((error) => log.error("Services not repaired", { error }));
  }
}

export interface RepairParts {
  readonly ranges: ServiceRanges;
  readonly store: Store;
  readonly clock: Clock;
  readonly services: () => Promise<readonly Service[]>;
}

/**
 * Makes the records of what services hold, where they are missing, and drops those that no service holds, as after a crash
 * between two writes or a restored snapshot.
 */
export async function repairServices({ ranges, store, clock, services }: RepairParts): Promise<void> {
  await ranges.ports.repair();
  // What was written down before the services are read is no news to them.
  const { prefix } = ADDRESS_RECORDS;
  const { entries } = await store.range({ start: prefix, end: prefixEnd(prefix) });
  const held = new Set<string>();
  for (const service of await services()) {
    const holder = holderOf(service);
    for (const text of service.spec.clusterIPs ?? []) {
      const place = await ranges.placeOf(text);
      if (place) await place.allocator.take(place.offset, holder);
      held.add(heldAs(holder, prefix + text));
    }
  }
  for (const entry of entries) {
    const record = readRecord(ADDRESS_RECORDS, entry);
    if (!record || held.has(heldAs(record.holder, entry.key))) continue;
    if (clock.now() - parseTime(record.at) > YOUNG_MS) await dropRecord(store, entry);
  }
}

function heldAs({ namespace, name }: Holder, key: string): string {
  return `${namespace}/${name} ${key}`;
}
