/**
 * The file that etcd keeps its data in, as far as a snapshot needs it. Pages of one size; numbers little-endian:
 *
 *     page     id u64  flags u16  count u16  overflow u32 (further pages that belong to it), then what the flags say
 *     meta     magic u32  version u32  page size u32  flags u32  root u64  sequence u64  freelist u64  pages u64
 *              transaction u64  checksum u64 (FNV-1a of what is before it); pages 0 and 1, the newer one that is intact counts
 *     leaf     elements: flags u32  position u32 (from the element)  key length u32  value length u32; then keys and values
 *     branch   elements: position u32  key length u32  page u64
 *     bucket   the value of a leaf element with flag 1: root u64  sequence u64; root 0: a page follows inside the value
 */
export const PAGE_HEADER_BYTES = 16;
export const ELEMENT_BYTES = 16;
export const META_BYTES = 64;
export const BUCKET_BYTES = 16;
export const BOLT_MAGIC = 0xed0c_daed;
export const BOLT_VERSION = 2;
/** Where the magic number of the first page lies. */
export const MAGIC_OFFSET = PAGE_HEADER_BYTES;
export const BRANCH = 0x01;
export const LEAF = 0x02;
export const META = 0x04;
export const FREELIST = 0x10;
export const IS_BUCKET = 0x01;

const FNV_OFFSET = 0xcbf2_9ce4_8422_2325n;
const FNV_PRIME = 0x100_0000_01b3n;

/** The checksum of a meta page. */
export function metaChecksum(meta: Uint8Array): bigint {
  let hash = FNV_OFFSET;
  for (const byte of meta.subarray(0, META_BYTES - 8)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash;
}
