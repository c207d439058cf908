import { randomBytes, timingSafeEqual } from "node:crypto";

/** etcd's own. */
const COST = 10;
/** A higher cost than this would take a quarter of a minute. */
const COST_MAX = 16;
const SALT_BYTES = 16;
const HASH_BYTES = 23;
const KEY_BYTES_MAX = 72;
const ROUNDS = 16;
const SUBKEYS = ROUNDS + 2;
const BOX = 256;
const BOXES = 4;
/** Passes that are made in one turn of the event loop: a few milliseconds of work. */
const PASSES_PER_TURN = 16;
const FORM = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const BCRYPT_DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Whether it is a hash that {@link isBcryptPassword} can compare. */
export function isBcryptHash(hash: string): boolean {
  return Number(FORM.exec(hash)?.[1] ?? Number.NaN) <= COST_MAX;
}

/**
 * Whether a hash as etcd keeps them is of this password.
 * `pause` lets other work run in between.
 */
export async function isBcryptPassword(password: string, hash: string, pause: () => Promise<void>): Promise<boolean> {
  const [, cost, salt, kept] = FORM.exec(hash) ?? [];
  if (cost === undefined || Number(cost) > COST_MAX) return false;
  const found = await bcrypt(password, { cost: Number(cost), salt: bytesOf(salt!).subarray(0, SALT_BYTES), pause });
  return timingSafeEqual(found, bytesOf(kept!).subarray(0, HASH_BYTES));
}

/** A hash as etcd makes it. */
export async function bcryptHash(password: string, pause: () => Promise<void>): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await bcrypt(password, { cost: COST, salt, pause });
  return `$2a$${COST}$${textOf(salt)}${textOf(hash)}`;
}

function textOf(bytes: Buffer): string {
  return bytes
    .toString("base64")
    .replaceAll("=", "")
    .replace(/./g, (digit) => BCRYPT_DIGITS[BASE64_DIGITS.indexOf(digit)]!);
}

/** The digits are base64's in another order, without padding. */
function bytesOf(text: string): Buffer {
  return Buffer.from(
    text.replace(/./g, (digit) => BASE64_DIGITS[BCRYPT_DIGITS.indexOf(digit)]!),
    "base64",
  );
}

async function bcrypt(
  password: string,
  { cost, salt, pause }: { cost: number; salt: Uint8Array; pause: () => Promise<void> },
): Promise<Buffer> {
  const key = wordsOf(Buffer.from(`${password}\0`).subarray(0, KEY_BYTES_MAX), SUBKEYS);
  const saltWords = wordsOf(salt, SALT_BYTES / 4);
  const saltKey = wordsOf(salt, SUBKEYS);
  const cipher = Blowfish.ofPi();
  cipher.mix(key, saltWords);
  for (let pass = 0; pass < 2 ** cost; pass++) {
    if (pass % PASSES_PER_TURN === 0) await pause();
    cipher.mix(key, NO_SALT);
    cipher.mix(saltKey, NO_SALT);
  }
  const text = wordsOf(Buffer.from("OrpheanBeholderScryDoubt"), 6);
  for (let index = 0; index < text.length; index += 2)
    for (let time = 0; time < 64; time++) cipher.encrypt(text, index);
  const hash = Buffer.alloc(4 * text.length);
  text.forEach((word, index) => {
    hash.writeInt32BE(word, 4 * index);
  });
  return hash.subarray(0, HASH_BYTES);
}

const NO_SALT = new Int32Array(4);

/** So many big-endian words of bytes that repeat themselves. */
function wordsOf(bytes: Uint8Array, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => {
    let word = 0;
    for (let byte = 4 * index; byte < 4 * index + 4; byte++) word = (word << 8) | bytes[byte % bytes.length]!;
    return word;
  });
}

/** The cipher, with the two steps of its key setup that bcrypt repeats. */
class Blowfish {
  readonly #subkeys: Int32Array;
  readonly #boxes: Int32Array;

  private constructor(subkeys: Int32Array, boxes: Int32Array) {
    this.#subkeys = subkeys;
    this.#boxes = boxes;
  }

  /** As the cipher begins: with the digits of pi. */
  static ofPi(): Blowfish {
    const words = piWords(SUBKEYS + BOXES * BOX);
    return new Blowfish(words.slice(0, SUBKEYS), words.slice(SUBKEYS));
  }

  /** Lets a key into all of it, and a salt. */
  mix(key: Int32Array, salt: Int32Array): void {
    const subkeys = this.#subkeys;
    for (let index = 0; index < SUBKEYS; index++) subkeys[index]! ^= key[index]!;
    const block = new Int32Array(2);
    let next = 0;
    for (const words of [subkeys, this.#boxes])
      for (let index = 0; index < words.length; index += 2) {
        block[0]! ^= salt[next]!;
        block[1]! ^= salt[next + 1]!;
        next ^= 2;
        this.encrypt(block, 0);
        words[index] = block[0]!;
        words[index + 1] = block[1]!;
      }
  }

  /** Encrypts the two words from `at` on, in their place. */
  encrypt(block: Int32Array, at: number): void {
    const subkeys = this.#subkeys;
    const boxes = this.#boxes;
    let left = block[at]! ^ subkeys[0]!;
    let right = block[at + 1]!;
    for (let round = 1; round <= ROUNDS; round += 2) {
      right ^= scrambled(boxes, left) ^ subkeys[round]!;
      left ^= scrambled(boxes, right) ^ subkeys[round + 1]!;
    }
    block[at] = right ^ subkeys[ROUNDS + 1]!;
    block[at + 1] = left;
  }
}

function scrambled(boxes: Int32Array, word: number): number {
  const sum = (boxes[word >>> 24]! + boxes[BOX + ((word >>> 16) & 255)]!) | 0;
  return ((sum ^ boxes[2 * BOX + ((word >>> 8) & 255)]!) + boxes[3 * BOX + (word & 255)]!) | 0;
}

let pi: Int32Array | undefined;

/** The fraction of pi in words of 32 bits, by Machin's formula. */
function piWords(count: number): Int32Array {
  if (pi) return pi;
  const guardBits = 64n;
  const bits = BigInt(32 * count) + guardBits;
  const digits = (4n * (4n * arctanOfInverse(5n, bits) - arctanOfInverse(239n, bits))) >> guardBits;
  const hex = BigInt.asUintN(32 * count, digits)
    .toString(16)
    .padStart(8 * count, "0");
  const bytes = Buffer.from(hex, "hex");
  pi = Int32Array.from({ length: count }, (_, index) => bytes.readInt32BE(4 * index));
  return pi;
}

/** arctan(1/x), with so many bits behind the point. */
function arctanOfInverse(x: bigint, bits: bigint): bigint {
  let power = (1n << bits) / x;
  let sum = 0n;
  for (let odd = 1n; power > 0n; odd += 4n) {
    sum += power / odd;
    power /= x * x;
    sum -= power / (odd + 2n);
    power /= x * x;
  }
  return sum;
}
