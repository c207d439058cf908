/** Addresses of a node's pods out of its pod CIDR (IPv4), handed out in turn so that one is not reused at once. */
export class AddressPool {
  readonly #first: number;
  readonly #count: number;
  #next: number;
  readonly #used: Set<number>;

  constructor(cidr: string, from?: { readonly next: number; readonly used: readonly number[] }) {
    const [address, bits] = cidr.split("/");
    const hosts = 2 ** (32 - Number(bits));
    this.#first = numberOf(address!);
    // The network, the gateway and the broadcast address are nobody's.
    this.#count = Math.max(hosts - 1, 0);
    this.#next = from?.next ?? 2;
    this.#used = new Set(from?.used);
  }

  /** A free address; undefined when all are taken. */
  take(): string | undefined {
    for (let tries = 2; tries < this.#count; tries++) {
      const offset = this.#next;
      this.#next = offset + 1 < this.#count ? offset + 1 : 2;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      return textOf(this.#first + offset);
    }
    return undefined;
  }

  release(address: string): void {
    this.#used.delete(numberOf(address) - this.#first);
  }

  /** Whether an address is one of these, taken or not. */
  includes(address: string): boolean {
    if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return false;
    const offset = numberOf(address) - this.#first;
    return offset >= 0 && offset <= this.#count;
  }

  state(): { next: number; used: number[] } {
    return { next: this.#next, used: [...this.#used] };
  }
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
