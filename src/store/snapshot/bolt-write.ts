import {
  BOLT_MAGIC,
  BOLT_VERSION,
  BRANCH,
  BUCKET_BYTES,
  ELEMENT_BYTES,
  FREELIST,
  IS_BUCKET,
  LEAF,
  META,
  META_BYTES,
  metaChecksum,
  PAGE_HEADER_BYTES,
} from "./bolt-format.ts";

/** What is to be written under a key; the value is asked for when its page is, so that no more than a page is held. */
export interface BoltEntry {
  readonly key: Buffer;
  readonly valueBytes: number;
  value(): Uint8Array;
}

/** A bucket with its entries in the order of their keys. */
export interface BoltBucket {
  readonly name: string;
  readonly entries: readonly BoltEntry[];
}

export const PAGE_BYTES = 4096;
const FREELIST_PAGE = 2;
const FIRST_PAGE = 3;
/** Of the first meta page; the second one has the next. */
const TRANSACTION = 2n;

interface PlannedPage {
  readonly id: number;
  /** Pages that it takes. */
  readonly size: number;
  readonly firstKey: Buffer;
  encode(): Buffer;
}

/** A bolt file of these buckets, page by page; no page in it is free. All sizes are settled before the first byte. */
export function* encodeBolt(buckets: readonly BoltBucket[]): Generator<Buffer> {
  const planned: PlannedPage[] = [];
  let next = FIRST_PAGE;
  const take = (pages: PlannedPage[]) => {
    for (const page of pages) {
      planned.push(page);
      next += page.size;
    }
    return pages;
  };
  const sorted = [...buckets].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const heads = sorted.map(({ name, entries }) => {
    let level = take(planLeaves(entries, next, 0));
    while (level.length > 1) level = take(planBranches(level, next));
    return { key: Buffer.from(name), valueBytes: BUCKET_BYTES, value: () => bucketHead(level[0]!.id) };
  });
  let level = take(planLeaves(heads, next, IS_BUCKET));
  while (level.length > 1) level = take(planBranches(level, next));
  for (const page of [0, 1]) yield metaPage({ page, root: level[0]!.id, pages: next });
  yield pageOf({ id: FREELIST_PAGE, flags: FREELIST, count: 0, size: 1 });
  for (const page of planned) yield page.encode();
}

/** Groups things so that each group fits on a page; one that is larger than a page stands alone. */
function grouped<T>(items: readonly T[], bytesOf: (item: T) => number): { items: T[]; bytes: number }[] {
  let group = { items: [] as T[], bytes: PAGE_HEADER_BYTES };
  const groups = [group];
  for (const item of items) {
    const bytes = ELEMENT_BYTES + bytesOf(item);
    if (group.items.length > 0 && group.bytes + bytes > PAGE_BYTES) {
      group = { items: [], bytes: PAGE_HEADER_BYTES };
      groups.push(group);
    }
    group.items.push(item);
    group.bytes += bytes;
  }
  return groups;
}

function planLeaves(entries: readonly BoltEntry[], firstId: number, flags: number): PlannedPage[] {
  let id = firstId;
  return grouped(entries, ({ key, valueBytes }) => key.length + valueBytes).map(({ items, bytes }) => {
    const size = Math.ceil(bytes / PAGE_BYTES);
    const page = { id, size, firstKey: items[0]?.key ?? Buffer.alloc(0) };
    id += size;
    return { ...page, encode: () => leafPage({ id: page.id, size, entries: items, flags }) };
  });
}

function planBranches(children: readonly PlannedPage[], firstId: number): PlannedPage[] {
  return grouped(children, ({ firstKey }) => firstKey.length).map(({ items }, index) => {
    const id = firstId + index;
    return { id, size: 1, firstKey: items[0]!.firstKey, encode: () => branchPage(id, items) };
  });
}

function leafPage(leaf: { id: number; size: number; entries: readonly BoltEntry[]; flags: number }): Buffer {
  const { id, size, entries, flags } = leaf;
  const page = pageOf({ id, flags: LEAF, count: entries.length, size });
  let data = PAGE_HEADER_BYTES + entries.length * ELEMENT_BYTES;
  for (const [index, { key, valueBytes, value }] of entries.entries()) {
    const at = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
    page.writeUInt32LE(flags, at);
    page.writeUInt32LE(data - at, at + 4);
    page.writeUInt32LE(key.length, at + 8);
    page.writeUInt32LE(valueBytes, at + 12);
    page.set(key, data);
    page.set(value(), data + key.length);
    data += key.length + valueBytes;
  }
  return page;
}

function branchPage(id: number, children: readonly PlannedPage[]): Buffer {
  const page = pageOf({ id, flags: BRANCH, count: children.length, size: 1 });
  let data = PAGE_HEADER_BYTES + children.length * ELEMENT_BYTES;
  for (const [index, child] of children.entries()) {
    const at = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
    page.writeUInt32LE(data - at, at);
    page.writeUInt32LE(child.firstKey.length, at + 4);
    page.writeBigUInt64LE(BigInt(child.id), at + 8);
    page.set(child.firstKey, data);
    data += child.firstKey.length;
  }
  return page;
}

function bucketHead(root: number): Buffer {
  const head = Buffer.alloc(BUCKET_BYTES);
  head.writeBigUInt64LE(BigInt(root), 0);
  return head;
}

function metaPage({ page, root, pages }: { page: number; root: number; pages: number }): Buffer {
  const bytes = pageOf({ id: page, flags: META, count: 0, size: 1 });
  const meta = bytes.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + META_BYTES);
  meta.writeUInt32LE(BOLT_MAGIC, 0);
  meta.writeUInt32LE(BOLT_VERSION, 4);
  meta.writeUInt32LE(PAGE_BYTES, 8);
  meta.writeBigUInt64LE(BigInt(root), 16);
  meta.writeBigUInt64LE(BigInt(FREELIST_PAGE), 32);
  meta.writeBigUInt64LE(BigInt(pages), 40);
  meta.writeBigUInt64LE(TRANSACTION + BigInt(page), 48);
  meta.writeBigUInt64LE(metaChecksum(meta), META_BYTES - 8);
  return bytes;
}

function pageOf({ id, flags, count, size }: { id: number; flags: number; count: number; size: number }): Buffer {
  const page = Buffer.alloc(size * PAGE_BYTES);
  page.writeBigUInt64LE(BigInt(id), 0);
  page.writeUInt16LE(flags, 8);
  page.writeUInt16LE(count, 10);
  page.writeUInt32LE(size - 1, 12);
  return page;
}

export function entryOf(key: Buffer, value: Buffer): BoltEntry {
  return { key, valueBytes: value.length, value: () => value };
}

export function uintKey(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
