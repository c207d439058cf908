import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../errors.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import upstream from "./upstream.json" with { type: "json" };

/** One flag of a component: what its words mean. */
export interface Flag<T> {
  /** In a few words, for --help. */
  readonly doc: string;
  /** What a value looks like, for --help and for errors. */
  readonly wanted: string;
  /** The value of a word, given that of the words before; undefined: it is none. */
  read(text: string, before: T | undefined): T | undefined;
  /** What the flag means when it stands alone. */
  readonly bare?: string;
  /** A value as pages show it; default its text. */
  write?(value: T): string;
}

export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

/** What was given, by flag; a flag that wasn't given is absent. */
export type FlagValues<Table> = { readonly [Name in keyof Table]?: Table[Name] extends Flag<infer T> ? T : never };

export const text = (doc: string): Flag<string> => ({ doc, wanted: "TEXT", read: (given) => given || undefined });

/** A file by its absolute path. */
export const file = (doc: string): Flag<string> => ({
  doc,
  wanted: "FILE",
  read: (given) => (given ? resolve(given) : undefined),
});

export const bool = (doc: string): Flag<boolean> => ({
  doc,
  wanted: "true or false",
  bare: "true",
  read: (given) =>
    ["true", "1", "t"].includes(given) ? true : ["false", "0", "f"].includes(given) ? false : undefined,
});

export function int(doc: string, { min = 0, max = 2 ** 31 - 1 } = {}): Flag<number> {
  return {
    doc,
    wanted: `a number from ${min} to ${max}`,
    read: (given) =>
      /^-?\d+$/.test(given) && Number(given) >= min && Number(given) <= max ? Number(given) : undefined,
  };
}

/** One of which the component says itself what it may be. */
export const integer = (doc: string): Flag<number> => int(doc, { min: -(2 ** 31) });

export const port = (doc: string): Flag<number> => int(doc, { max: 65_535 });

export const fraction = (doc: string): Flag<number> => ({
  doc,
  wanted: "a number",
  read: (given) => (/^\d+(\.\d+)?$/.test(given) ? Number(given) : undefined),
});

/** Milliseconds. */
export const duration = (doc: string): Flag<number> => ({
  doc,
  wanted: "a duration such as 40s or 1h",
  read: parseDuration,
  write: formatDuration,
});

/** Values with commas between; a flag that stands there again adds to them. */
export const list = (doc: string): Flag<readonly string[]> => ({
  doc,
  wanted: "A,B,…",
  read: (given, before = []) => [...before, ...given.split(",").filter(Boolean)],
  write: listText,
});

/** One value each time the flag stands there. */
export const repeated = (doc: string): Flag<readonly string[]> => ({
  doc,
  wanted: "TEXT, as often as wanted",
  read: (given, before = []) => (given ? [...before, given] : undefined),
  write: listText,
});

const listText = (values: readonly string[]) => `[${values.join(",")}]`;

export const pairs = (doc: string): Flag<Readonly<Record<string, string>>> => ({
  doc,
  wanted: "KEY=VALUE,…",
  read(given, before = {}) {
    const entries = given
      .split(",")
      .filter(Boolean)
      .map((one) => /^([^=]+)=(.*)$/.exec(one));
    if (entries.includes(null)) return undefined;
    return { ...before, ...Object.fromEntries(entries.map((match) => [match![1]!, match![2]!])) };
  },
});

/** Names that are on or off; a name alone is on. */
export const switches = (doc: string): Flag<Readonly<Record<string, boolean>>> => ({
  doc,
  wanted: "NAME=true|false,…",
  read(given, before = {}) {
    const entries = given
      .split(",")
      .filter(Boolean)
      .map((one) => /^([^=]+)(?:=(true|false))?$/.exec(one));
    if (entries.includes(null)) return undefined;
    return { ...before, ...Object.fromEntries(entries.map((match) => [match![1]!, match![2] !== "false"])) };
  },
});

/** One of a few words. Those that upstream knows and that aren't built are not among them. */
export const choice = <const T extends string>(doc: string, values: readonly T[]): Flag<T> => ({
  doc,
  wanted: values.join(" or "),
  read: (given) => values.find((value) => value === given),
});

/** Flags that every component has. */
export const COMMON_FLAGS = { v: int("how much is logged: from 4 on, everything") } as const;

export interface FlagSource {
  /** As in `navarch COMPONENT`. */
  readonly component: string;
  readonly table: FlagTable;
  /** What stands before a flag's name; default "--". */
  readonly prefix?: string;
}

/** Reads a component's flags; throws {@link ConfigError} with one sentence for the first that is wrong. */
export function parseFlags<Table extends FlagTable>(
  words: readonly string[],
  source: FlagSource & { readonly table: Table },
): FlagValues<Table> {
  const { table, component, prefix = "--" } = source;
  const values: Record<string, unknown> = {};
  for (let index = 0; index < words.length; index++) {
    const match = /^--?([a-z][a-z0-9-]*)(?:=(.*))?$/is.exec(words[index]!);
    if (!match)
      throw new ConfigError(`read flags of ${component}: got ${JSON.stringify(words[index])}, wanted --FLAG=VALUE`);
    const name = match[1]!;
    const flag = Object.hasOwn(table, name) ? table[name]! : unknownFlag(source, name);
    const given = match[2] ?? flag.bare ?? words[++index];
    if (given === undefined) throw new ConfigError(`read ${prefix}${name}: got nothing, wanted ${flag.wanted}`);
    const value = flag.read(given, values[name]);
    if (value === undefined)
      throw new ConfigError(`read ${prefix}${name}: got ${JSON.stringify(given)}, wanted ${flag.wanted}`);
    values[name] = value;
  }
  return values as FlagValues<Table>;
}

/** Flags that were given, as pages show them: name and value. */
export function flagTexts(values: Readonly<Record<string, unknown>>, table: FlagTable): Record<string, string> {
  const text = (name: string, value: unknown) => table[name]?.write?.(value) ?? plainText(value);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(name, value)]));
}

function plainText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, one]) => `${key}=${String(one)}`)
    .join(",");
}

function unknownFlag({ component, table, prefix = "--" }: FlagSource, name: string): never {
  const known: readonly string[] = (upstream as Record<string, readonly string[]>)[component] ?? [];
  if (known.includes(name))
    throw new ConfigError(
      `read ${prefix}${name}: Kubernetes has this flag of ${component}, Navarch has not built it yet`,
    );
  const near = Object.keys(table).find((one) => one.includes(name) || name.includes(one));
  throw new ConfigError(
    `read ${prefix}${name}: ${component} has no flag --${name} here${near && name.length > 2 ? `, there is --${near}` : ""}`,
  );
}

/** A table in words. */
export function describeFlags(table: FlagTable): string {
  const rows = Object.entries(table).map(([name, { doc, wanted }]) => [`--${name}`, `${doc} (${wanted})`] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, doc]) => `  ${name.padEnd(width)}  ${doc}\n`).join("");
}

/** The text of a file that a flag names. */
export function readFlagFile(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`read --${flag}: ${path} can't be read (${code})`, { cause });
  }
}
