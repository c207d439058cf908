import { hubOf, type KindDefinition } from "../../api/index.ts";
import { isSibling } from "../stored/custom.ts";

/** The kinds that a server serves now: its own, and those that definitions add and remove while it runs. */
export class ServedKinds {
  readonly #own: readonly KindDefinition[];
  readonly #custom = new Map<string, readonly KindDefinition[]>();
  #all: readonly KindDefinition[];
  #byPath: ReadonlyMap<string, KindDefinition>;

  constructor(own: readonly KindDefinition[]) {
    this.#own = own;
    this.#all = own;
    this.#byPath = byPath(own);
  }

  /** In the order of discovery; another list after each change. */
  get all(): readonly KindDefinition[] {
    return this.#all;
  }

  /** The kind behind a resource path. */
  find({ group, version, plural }: { group: string; version: string; plural: string }): KindDefinition | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** The kind that objects of an apiVersion and a kind are of. */
  kindNamed(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.#all.find(
      (one) => one.kind === kind && apiVersion === (one.group ? `${one.group}/${one.version}` : one.version),
    );
  }

  /** All versions of a kind, also those in other groups. */
  versionsOf(hub: KindDefinition): readonly KindDefinition[] {
    return this.#all.filter((kind) => hubOf(kind) === hub || isSibling(kind, hub));
  }

  /** Whether a group is served whatever is defined. */
  hasOwnGroup(group: string): boolean {
    return this.#own.some((kind) => kind.group === group);
  }

  /** Kinds of one definition, in place of those that it had. */
  setCustom(definition: string, kinds: readonly KindDefinition[]): void {
    if (kinds.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, kinds);
    const custom = [...this.#custom].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, some]) => some);
    this.#all = [...this.#own, ...custom];
    this.#byPath = byPath(this.#all);
  }
}

function byPath(kinds: readonly KindDefinition[]): ReadonlyMap<string, KindDefinition> {
  return new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]));
}
