import { compareKeys } from "../../memory/index.ts";
import type { KeyRange } from "../../store.ts";
import { rangeOfText } from "../messages.ts";
import type { Accounts, PermissionType } from "../../accounts.ts";
import { ROOT, wrong } from "./accounts.ts";

/** What a user may do. */
export class Rights {
  readonly isRoot: boolean;
  readonly #reads: readonly KeyRange[];
  readonly #writes: readonly KeyRange[];

  constructor({ users, roles }: Accounts, name: string) {
    const held = users.get(name)?.roles ?? [];
    const permissions = held.flatMap((role) => roles.get(role) ?? []);
    const rangesFor = (type: PermissionType) =>
      joined(
        permissions
          .filter((one) => one.type === type || one.type === "READWRITE")
          .map(({ key, rangeEnd }) => rangeOfText(key, rangeEnd)),
      );
    this.isRoot = held.includes(ROOT);
    this.#reads = rangesFor("READ");
    this.#writes = rangesFor("WRITE");
  }

  /** Throws unless all keys of a range may be read. */
  read(range: KeyRange): void {
    if (!this.isRoot && !isCovered(range, this.#reads)) throw wrong.denied();
  }

  write(range: KeyRange): void {
    if (!this.isRoot && !isCovered(range, this.#writes)) throw wrong.denied();
  }

  /** Throws for all but those who may change who may do what. */
  administer(): void {
    if (!this.isRoot) throw wrong.denied();
  }
}

/** Ranges in order, those that touch made one. */
function joined(ranges: readonly KeyRange[]): KeyRange[] {
  const found: KeyRange[] = [];
  for (const range of [...ranges].sort((a, b) => compareKeys(a.start, b.start))) {
    const last = found.at(-1);
    if (!last || compareKeys(range.start, last.end) > 0) found.push(range);
    else if (compareKeys(range.end, last.end) > 0) found[found.length - 1] = { start: last.start, end: range.end };
  }
  return found;
}

function isCovered({ start, end }: KeyRange, by: readonly KeyRange[]): boolean {
  return by.some((range) => compareKeys(range.start, start) <= 0 && compareKeys(end, range.end) <= 0);
}
