import { rawNumber } from "../../schema/index.ts";
import { floatName, goList, goMap, goScalar } from "./go-syntax.ts";
import { LargeObject, type Named, objectInOrder, STEP_ENTRIES } from "./large-object.ts";
import type { YamlNode } from "./node.ts";
import { YamlError } from "./problem.ts";
import { INT64_MAX, resolveScalar, type Scalar } from "./resolve.ts";

/** The entries of a map, which may be told of in several places. */
type Entries = Map<Scalar, unknown>;

/** A list or map whose parts are being made. */
interface Frame {
  readonly node: YamlNode;
  /** What of the node's children comes next. */
  next: number;
  /** Of a list: its values so far. Of what is merged into a map, and of a map, its entries. */
  readonly list: unknown[] | undefined;
  readonly entries: Entries | undefined;
  /** Nothing comes of it but entries of the map that it is merged into. */
  readonly isMerged: boolean;
  /** By which alias it was got at, within which that stands for nothing. */
  readonly alias: YamlNode | undefined;
  /** JSON has no place for it: what comes of it is only told of, in the words of the original's language. */
  readonly isTold: boolean;
  /** Of a map: the key whose value is being made; undefined between entries. */
  key: Scalar | undefined;
  /** Of a large map: the object that is made of its entries. */
  large: LargeObject | undefined;
}

interface Way {
  readonly alias?: YamlNode | undefined;
  readonly mergedInto?: Entries;
}

const MERGE_TAG = "tag:yaml.org,2002:merge";

/** So many values may come of aliases, however few there are in all, … */
const ALIASED_FREE = 100;
const MADE_FREE = 1000;
/** … and of more the larger share the fewer there are. */
const MADE_FEW = 400_000;
const MADE_MANY = 4_000_000;
const SHARE_OF_FEW = 0.99;
const SHARE_OF_MANY = 0.1;

/** Makes of nodes what JSON says. What is open lies in a list: depth is no matter of this thread's stack. */
export class Builder {
  readonly #frames: Frame[] = [];
  readonly #duplicates: string[] = [];
  /** Aliases that are being followed. */
  readonly #followed = new Set<YamlNode>();
  /** How many values were made, the document among them, and how many of those because of an alias. */
  #made = 1;
  #aliased = 0;
  #value: unknown;
  /** What JSON can't say, which is told of once all else is known to be right: keys before values, the outermost first. */
  #key: { readonly depth: number; readonly problem: string } | undefined;
  #number: string | undefined;

  constructor(root: YamlNode) {
    this.#make(root, {});
  }

  /** Goes on, so many parts at most; says whether all has been made. */
  build(partsMax: number): boolean {
    for (let left = partsMax; left > 0; left--) {
      const frame = this.#frames.at(-1);
      if (!frame) return true;
      if (frame.large) left -= STEP_ENTRIES;
      this.#step(frame);
    }
    return this.#frames.length === 0;
  }

  /** Once all has been made. */
  get result(): { readonly value: unknown; readonly duplicates: readonly string[] } {
    if (this.#key) throw new YamlError(this.#key.problem);
    if (this.#number !== undefined) throw new YamlError(`json: unsupported value: ${this.#number}`);
    return { value: this.#value, duplicates: this.#duplicates };
  }

  #step(frame: Frame): void {
    const { node, isMerged } = frame;
    if (frame.next === node.children.length) return this.#end(frame);
    const child = node.children[frame.next++]!;
    if (node.kind === "list") {
      if (!isMerged) return this.#make(child, {});
      // Of maps in a list the first counts most: they are merged from the last on.
      return this.#mergeMap(node.children[node.children.length - frame.next]!, frame.entries!);
    }
    if (frame.key !== undefined || !isMerge(child)) return this.#make(child, {});
    this.#merge(node.children[frame.next++]!, frame.entries!);
  }

  #make(node: YamlNode, { alias, mergedInto }: Way): void {
    this.#made++;
    if (this.#followed.size > 0) this.#aliased++;
    if (this.#aliased > ALIASED_FREE && this.#made > MADE_FREE && this.#aliased / this.#made > shareOf(this.#made))
      throw new YamlError("yaml: document contains excessive aliasing");
    if (node.kind === "alias") return this.#follow(node, mergedInto);
    if (node.kind === "scalar") return this.#put(resolveScalar(node), node);
    const list = node.kind === "list" ? [] : undefined;
    const entries = list ? undefined : (mergedInto ?? new Map());
    const isMerged = mergedInto !== undefined;
    const isTold = hasNoPlace(this.#frames.at(-1), isMerged);
    this.#frames.push({ node, next: 0, list, entries, isMerged, alias, isTold, key: undefined, large: undefined });
  }

  #follow(alias: YamlNode, mergedInto: Entries | undefined): void {
    if (this.#followed.has(alias)) throw new YamlError(`yaml: anchor '${alias.text}' value contains itself`);
    this.#followed.add(alias);
    const open = this.#frames.length;
    this.#make(alias.target!, { alias, ...(mergedInto && { mergedInto }) });
    if (this.#frames.length === open) this.#followed.delete(alias);
  }

  /** Puts the entries of a map, or of each in a list, into another. */
  #merge(node: YamlNode, entries: Entries): void {
    if (node.kind !== "list") return this.#mergeMap(node, entries);
    const { isTold } = this.#frames.at(-1)!;
    const rest = { list: undefined, alias: undefined, key: undefined, large: undefined };
    this.#frames.push({ node, next: 0, entries, isMerged: true, isTold, ...rest });
  }

  #mergeMap(node: YamlNode, entries: Entries): void {
    if ((node.target ?? node).kind !== "map")
      throw new YamlError("yaml: map merge requires map or sequence of maps as the value");
    this.#make(node, { mergedInto: entries });
  }

  #end(frame: Frame): void {
    const { list, entries, isTold, isMerged, alias, node } = frame;
    if (!list && !isTold && !isMerged && entries!.size > STEP_ENTRIES) {
      frame.large ??= new LargeObject(namedOf(entries!));
      if (!frame.large.step()) return;
    }
    this.#frames.pop();
    if (alias) this.#followed.delete(alias);
    if (isMerged) return;
    if (isTold) this.#put(new Told(list ? goList(list) : goMap(entries!)), node);
    else this.#put(list ?? frame.large?.object ?? objectInOrder(namedOf(entries!)), node);
  }

  #put(value: unknown, node: YamlNode): void {
    const outer = this.#frames.at(-1);
    if (!outer) this.#value = this.#json(value);
    else if (outer.list) outer.list.push(outer.isTold ? goText(value) : this.#json(value));
    else if (outer.key === undefined) outer.key = keyOf(value);
    else {
      const isTold = outer.isTold || isUnsayable(outer.key);
      this.#enter(outer, isTold ? goText(value) : this.#json(value), outer.node.children[outer.next - 1] ?? node);
      outer.key = undefined;
    }
  }

  #enter({ entries, key }: Frame, value: unknown, { line }: YamlNode): void {
    if (entries!.has(key!) && !Number.isNaN(key))
      this.#duplicates.push(`line ${line + 1}: key ${goScalar(key!)} already set in map`);
    entries!.set(key!, value);
    if (isUnsayable(key!) && this.#frames.length <= (this.#key?.depth ?? this.#frames.length))
      this.#key = { depth: this.#frames.length, problem: unsupportedKey(key!, value as string) };
  }

  /** A scalar as JSON has it. */
  #json(value: unknown): unknown {
    if (typeof value === "bigint") {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : rawNumber(String(value));
    }
    if (typeof value !== "number") return value;
    if (!Number.isFinite(value)) this.#number ??= goScalar(value);
    // Written out it is a whole number, and read as one again.
    const isWhole = Number.isInteger(value) && Math.abs(value) < 1e21;
    return isWhole && !Number.isSafeInteger(value) ? rawNumber(String(value)) : value;
  }
}

function isMerge({ kind, text, tag, isPlain }: YamlNode): boolean {
  return kind === "scalar" && text === "<<" && (isPlain || tag === MERGE_TAG || tag === "!");
}

function shareOf(made: number): number {
  if (made <= MADE_FEW) return SHARE_OF_FEW;
  if (made >= MADE_MANY) return SHARE_OF_MANY;
  return SHARE_OF_FEW - ((SHARE_OF_FEW - SHARE_OF_MANY) * (made - MADE_FEW)) / (MADE_MANY - MADE_FEW);
}

function keyOf(value: unknown): Scalar {
  if (value instanceof Told) throw new YamlError(`yaml: invalid map key: ${value.text}`);
  return value as Scalar;
}

/** What is told of a list or map that JSON has no place for. */
class Told {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const goText = (value: unknown): string => (value instanceof Told ? value.text : goScalar(value as Scalar));

/** Whether a list or map that begins in a frame is a key, or belongs to one that JSON can't have. */
function hasNoPlace(outer: Frame | undefined, isMerged: boolean): boolean {
  if (!outer) return false;
  if (outer.isTold || isMerged || outer.list) return outer.isTold;
  return outer.key === undefined || isUnsayable(outer.key);
}

/** Whether JSON can have no such key. */
const isUnsayable = (key: Scalar) => key === null || (typeof key === "bigint" && key > INT64_MAX);

function nameOf(key: Scalar): string {
  return typeof key === "number" ? floatName(key) : String(key);
}

function unsupportedKey(key: Scalar, value: string): string {
  const type = key === null ? "%!s(<nil>)" : "uint64";
  const shown = value === "interface {}(nil)" ? "<nil>" : value;
  return `unsupported map key of type: ${type}, key: ${key === null ? "<nil>" : goScalar(key)}, value: ${shown}`;
}

/** The entries that JSON can have. Their order decides which of several faults is told of first. */
function namedOf(entries: Entries): Named[] {
  const named: Named[] = [];
  for (const [key, value] of entries) if (!isUnsayable(key)) named.push([nameOf(key), value]);
  return named;
}
