/** A range of addresses as a number and a length; families differ in width. */
interface Cidr {
  readonly base: bigint;
  readonly bits: number;
  readonly width: 32 | 128;
}

/** Reads a range; throws a RangeError when the text is none. */
export function parseCidr(text: string): Cidr {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const address = match && parseAddress(match[1]!);
  const bits = Number(match?.[2]);
  if (!address || bits > address.width) throw new RangeError(`read range: "${text}" is no CIDR`);
  const shift = BigInt(address.width - bits);
  return { base: (address.value >> shift) << shift, bits, width: address.width };
}

function parseAddress(text: string): { readonly value: bigint; readonly width: 32 | 128 } | undefined {
  if (!text.includes(":")) {
    const parts = text.split(".");
    if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
      return undefined;
    return { value: parts.reduce((value, part) => value * 256n + BigInt(part), 0n), width: 32 };
  }
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - left.length - right.length;
  if ((tail === undefined ? missing !== 0 : missing < 1) || text.split("::").length > 2) return undefined;
  const groups = [...left, ...Array<string>(missing).fill("0"), ...right];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return { value: groups.reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n), width: 128 };
}

function formatCidr({ base, bits, width }: Cidr): string {
  if (width === 32) return `${[24n, 16n, 8n, 0n].map((shift) => (base >> shift) & 255n).join(".")}/${bits}`;
  const groups = Array.from({ length: 8 }, (_, index) => ((base >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const zeros = /(?:^|:)0(?::0)+(?:$|:)/.exec(groups.join(":"));
  const text = groups.join(":");
  return `${zeros ? `${text.slice(0, zeros.index)}::${text.slice(zeros.index + zeros[0].length)}` : text}/${bits}`;
}

/** Hands out equal parts of a range, in turn. */
export class RangeAllocator {
  readonly #whole: Cidr;
  readonly #bits: number;
  readonly #taken = new Set<bigint>();
  #next = 0n;

  constructor(whole: string, nodeBits: number) {
    this.#whole = parseCidr(whole);
    this.#bits = nodeBits;
    if (nodeBits < this.#whole.bits || nodeBits > this.#whole.width)
      throw new RangeError(`allocate node ranges: mask /${nodeBits} does not fit into ${whole}`);
  }

  get #count(): bigint {
    return 1n << BigInt(this.#bits - this.#whole.bits);
  }

  /** Marks a range as taken; one from elsewhere doesn't matter. */
  occupy(text: string): void {
    for (const index of this.#indexes(text)) this.#taken.add(index);
  }

  release(text: string): void {
    for (const index of this.#indexes(text)) this.#taken.delete(index);
  }

  /** A free range; undefined when there is none. */
  allocate(): string | undefined {
    if (BigInt(this.#taken.size) >= this.#count) return undefined;
    while (this.#taken.has(this.#next)) this.#next = (this.#next + 1n) % this.#count;
    const index = this.#next;
    this.#taken.add(index);
    this.#next = (index + 1n) % this.#count;
    const base = this.#whole.base + (index << BigInt(this.#whole.width - this.#bits));
    return formatCidr({ base, bits: this.#bits, width: this.#whole.width });
  }

  *#indexes(text: string): Iterable<bigint> {
    const cidr = parseCidr(text);
    if (cidr.width !== this.#whole.width) return;
    const shift = BigInt(this.#whole.width - this.#bits);
    const first = (cidr.base - this.#whole.base) >> shift;
    const span = cidr.bits >= this.#bits ? 1n : 1n << BigInt(this.#bits - cidr.bits);
    for (let index = first; index < first + span; index++) if (index >= 0n && index < this.#count) yield index;
  }
}
