import { getRandomValues } from "node:crypto";

/** The only source of randomness. */
export interface Random {
  bytes(count: number): Uint8Array;
  /** A number in [0, 1). */
  float(): number;
  /** A whole number in [0, limit). */
  int(limit: number): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of the alphabet that Kubernetes uses for generated names (no vowels, no look-alikes). */
  suffix(length: number): string;
  /** An independent source; a seeded one derives it from its seed and `label`, whatever was drawn before. */
  fork(label: string): Random;
}

const SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** Drawn from the operating system at once: a call for each name or uid costs more than the rest of making it. */
const POOL_BYTES = 4096;

/** Unpredictable randomness from the operating system. */
export function cryptoRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  const random: Random = make(
    (target) => {
      if (target.length > POOL_BYTES / 4) return fillFromSystem(target);
      if (used + target.length > POOL_BYTES) {
        getRandomValues(pool);
        used = 0;
      }
      for (let index = 0; index < target.length; index++) {
        target[index] = pool[used]!;
        // What was given away, perhaps as a key, must not stay behind.
        pool[used++] = 0;
      }
    },
    () => random,
  );
  return random;
}

function fillFromSystem(target: Uint8Array<ArrayBuffer>): void {
  for (let offset = 0; offset < target.length; offset += 65536)
    getRandomValues(target.subarray(offset, offset + 65536));
}

/** Repeatable randomness: the same seed gives the same sequence. Not for secrets outside of tests. */
export function seededRandom(seed: number | string): Random {
  const state = seedState(String(seed));
  return make(
    (target) => {
      for (let index = 0; index < target.length; index += 4) {
        const word = nextWord(state);
        for (let byte = 0; byte < 4 && index + byte < target.length; byte++)
          target[index + byte] = (word >>> (8 * byte)) & 255;
      }
    },
    (label) => seededRandom(`${seed}/${label}`),
  );
}

function make(fill: (target: Uint8Array<ArrayBuffer>) => void, fork: (label: string) => Random): Random {
  const bytes = (count: number) => {
    const target: Uint8Array<ArrayBuffer> = new Uint8Array(count);
    fill(target);
    return target;
  };
  const word = () => {
    const raw = bytes(4);
    return (raw[0]! | (raw[1]! << 8) | (raw[2]! << 16) | (raw[3]! << 24)) >>> 0;
  };
  const float = () => (word() * 0x200000 + (word() >>> 11)) / 0x20000000000000;
  return {
    bytes,
    float,
    int: (limit) => Math.floor(float() * limit),
    uuid() {
      const raw = bytes(16);
      raw[6] = (raw[6]! & 0x0f) | 0x40;
      raw[8] = (raw[8]! & 0x3f) | 0x80;
      return uuidText(raw);
    },
    suffix: (length) =>
      Array.from({ length }, () => SUFFIX_ALPHABET[Math.floor(float() * SUFFIX_ALPHABET.length)]).join(""),
    fork,
  };
}

const HEX_DIGITS = Buffer.from("0123456789abcdef");
/** Used for each: a buffer of its own and slices of a text cost more than the sixteen bytes. */
const UUID_TEXT = Buffer.alloc(36, "-");

function uuidText(raw: Uint8Array): string {
  let at = 0;
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) at++;
    UUID_TEXT[at++] = HEX_DIGITS[raw[index]! >> 4]!;
    UUID_TEXT[at++] = HEX_DIGITS[raw[index]! & 15]!;
  }
  return UUID_TEXT.toString("latin1");
}

/** Four 32-bit words from a text, by FNV-1a with a different start each. */
function seedState(text: string): Int32Array {
  return Int32Array.from([0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35], (start) => {
    let hash = start;
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return hash ^ (hash >>> 15) || 1;
  });
}

/**
 * The next word of xoshiro128**, signed: small, fast, and good enough for simulation. Unsigned words would not fit V8's small
 * integers, and words that are taken by an iterator cost more than all of it; it is most of a short-lived cluster's randomness.
 */
function nextWord(state: Int32Array): number {
  const s0 = state[0]!;
  const s1 = state[1]!;
  const s2 = state[2]!;
  const s3 = state[3]!;
  const scrambled = Math.imul(rotate(Math.imul(s1, 5), 7), 9);
  const shifted = s1 << 9;
  const t2 = s2 ^ s0;
  const t3 = s3 ^ s1;
  state[1] = s1 ^ t2;
  state[0] = s0 ^ t3;
  state[2] = t2 ^ shifted;
  state[3] = rotate(t3, 11);
  return scrambled;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
