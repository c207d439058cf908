import { StoreError } from "../errors.ts";
import {
  BOLT_MAGIC,
  BOLT_VERSION,
  BRANCH,
  BUCKET_BYTES,
  ELEMENT_BYTES,
  IS_BUCKET,
  LEAF,
  MAGIC_OFFSET,
  META,
  META_BYTES,
  metaChecksum,
  PAGE_HEADER_BYTES,
} from "./bolt-format.ts";

/** A key and its value, as views of the file. */
export interface BoltItem {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** A bolt file that has been opened: its buckets by name. */
export interface BoltFile {
  /** The items of a bucket in the order of their keys; none when there is no such bucket. */
  items(bucket: string): Generator<BoltItem>;
}

const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 64 * 1024;
/** Far more levels than 2^53 bytes can fill. */
const DEPTH_MAX = 64;

interface Meta {
  readonly pageBytes: number;
  readonly root: number;
  readonly pages: number;
  readonly transaction: number;
}

interface Element {
  readonly flags: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly child: number;
}

/** Whether a file says of itself that it is of this kind. */
export function isBolt(bytes: Buffer): boolean {
  return bytes.length >= MAGIC_OFFSET + 4 && bytes.readUInt32LE(MAGIC_OFFSET) === BOLT_MAGIC;
}

/** Opens a file in memory. Everything in it is distrusted: what can't be is `corrupt`, whoever made it. */
export function openBolt(bytes: Buffer, name: string): BoltFile {
  const meta = newestMeta(bytes);
  if (!meta) throw damaged(name, "it has no intact meta page");
  if (meta.pages * meta.pageBytes > bytes.length)
    throw damaged(name, `it ends after ${bytes.length} bytes, wanted ${meta.pages * meta.pageBytes}`);
  const tree = new Tree(bytes, name, meta);
  const buckets = new Map<string, Buffer>();
  for (const { key, value, flags } of tree.walk(meta.root)) {
    if (!(flags & IS_BUCKET)) throw damaged(name, "a key stands outside all buckets");
    if (value.length < BUCKET_BYTES) throw damaged(name, "a bucket's head is cut");
    buckets.set(key.toString("latin1"), value);
  }
  return {
    *items(bucket) {
      const head = buckets.get(bucket);
      if (!head) return;
      const root = whole(head.readBigUInt64LE(0));
      for (const { key, value, flags } of root === 0 ? tree.inline(head) : tree.walk(root)) {
        if (flags & IS_BUCKET) throw damaged(name, "there is a bucket inside a bucket, which etcd never makes");
        yield { key, value };
      }
    },
  };
}

function newestMeta(bytes: Buffer): Meta | undefined {
  const first = metaAt(bytes, 0);
  // Without the first one the page size has to be guessed: the second one says its own.
  const sizes = first ? [first.pageBytes] : powersOfTwo(PAGE_BYTES_MIN, PAGE_BYTES_MAX);
  const second = sizes.map((size) => metaAt(bytes, size)).find((meta, index) => meta?.pageBytes === sizes[index]);
  if (!first || !second) return first ?? second;
  return second.transaction > first.transaction ? second : first;
}

function metaAt(bytes: Buffer, offset: number): Meta | undefined {
  const start = offset + PAGE_HEADER_BYTES;
  if (bytes.length < start + META_BYTES || !(bytes.readUInt16LE(offset + 8) & META)) return undefined;
  const meta = bytes.subarray(start, start + META_BYTES);
  if (meta.readUInt32LE(0) !== BOLT_MAGIC || meta.readUInt32LE(4) !== BOLT_VERSION) return undefined;
  if (meta.readBigUInt64LE(META_BYTES - 8) !== metaChecksum(meta)) return undefined;
  const pageBytes = meta.readUInt32LE(8);
  if (!powersOfTwo(PAGE_BYTES_MIN, PAGE_BYTES_MAX).includes(pageBytes)) return undefined;
  const [root, pages, transaction] = [16, 40, 48].map((at) => whole(meta.readBigUInt64LE(at))) as [
    number,
    number,
    number,
  ];
  return { pageBytes, root, pages, transaction };
}

function powersOfTwo(from: number, to: number): number[] {
  const found: number[] = [];
  for (let size = from; size <= to; size *= 2) found.push(size);
  return found;
}

/** A number that is too large for this is too large for any file: it fails where it is used. */
function whole(value: bigint): number {
  return Number(value);
}

/** The pages of one file. Each may be walked through once only, so a file that leads in circles is found out. */
class Tree {
  readonly #bytes: Buffer;
  readonly #name: string;
  readonly #meta: Meta;
  readonly #seen = new Set<number>();

  constructor(bytes: Buffer, name: string, meta: Meta) {
    this.#bytes = bytes;
    this.#name = name;
    this.#meta = meta;
  }

  /** The leaf elements below a page, in the order of their keys. */
  *walk(root: number): Generator<Element> {
    let last: Buffer | undefined;
    const stack = [this.#elements(this.#page(root))];
    while (stack.length > 0) {
      const { value, done } = stack.at(-1)!.next();
      if (done) stack.pop();
      else if (value.child !== 0) {
        if (stack.length >= DEPTH_MAX) throw this.#damaged(value.child, "lies too deep");
        stack.push(this.#elements(this.#page(value.child)));
      } else {
        if (last && Buffer.compare(last, value.key) >= 0) throw damaged(this.#name, "its keys are out of order");
        last = value.key;
        yield value;
      }
    }
  }

  inline(bucket: Buffer): Generator<Element> {
    const page = bucket.subarray(BUCKET_BYTES);
    if (page.length < PAGE_HEADER_BYTES) throw damaged(this.#name, "a bucket's page is cut");
    if (!(page.readUInt16LE(8) & LEAF)) throw damaged(this.#name, "a bucket inside a page is no leaf");
    return this.#elements(page);
  }

  #page(id: number): Buffer {
    const { pageBytes, pages } = this.#meta;
    if (id < 2 || id >= pages) throw this.#damaged(id, `is not one of its ${pages}`);
    if (this.#seen.has(id)) throw this.#damaged(id, "is used twice");
    this.#seen.add(id);
    const start = id * pageBytes;
    if (whole(this.#bytes.readBigUInt64LE(start)) !== id) throw this.#damaged(id, "says it is another one");
    const end = id + 1 + this.#bytes.readUInt32LE(start + 12);
    if (end > pages) throw this.#damaged(id, "goes on behind the end");
    return this.#bytes.subarray(start, end * pageBytes);
  }

  *#elements(page: Buffer): Generator<Element> {
    const flags = page.readUInt16LE(8);
    if (flags !== LEAF && flags !== BRANCH)
      throw damaged(this.#name, `a page has flags ${flags}, wanted leaf or branch`);
    const count = page.readUInt16LE(10);
    if (PAGE_HEADER_BYTES + count * ELEMENT_BYTES > page.length)
      throw damaged(this.#name, "a page has too many elements");
    for (let index = 0; index < count; index++)
      yield flags === LEAF ? this.#leafElement(page, index) : this.#branchElement(page, index);
  }

  #leafElement(page: Buffer, index: number): Element {
    const at = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
    const keyStart = at + page.readUInt32LE(at + 4);
    const valueStart = keyStart + page.readUInt32LE(at + 8);
    const end = valueStart + page.readUInt32LE(at + 12);
    if (end > page.length) throw damaged(this.#name, "an element goes on behind its page");
    const key = page.subarray(keyStart, valueStart);
    return { flags: page.readUInt32LE(at), key, value: page.subarray(valueStart, end), child: 0 };
  }

  #branchElement(page: Buffer, index: number): Element {
    const at = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
    const child = whole(page.readBigUInt64LE(at + 8));
    if (child === 0) throw damaged(this.#name, "a branch leads to the first page");
    return { flags: 0, key: NONE, value: NONE, child };
  }

  #damaged(page: number, what: string): StoreError {
    return damaged(this.#name, `page ${page} ${what}`);
  }
}

const NONE = Buffer.alloc(0);

export function damaged(name: string, what: string): StoreError {
  return new StoreError("corrupt", `read ${name}: ${what}; take another snapshot`);
}
