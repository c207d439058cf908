import { type Document, isCollection, isNode, isScalar, visit } from "yaml";
import { readYaml, type ReadYaml } from "./yaml-document.ts";
import { aliasProblem, bracketsBefore, hasControlCharacters, yamlProblem } from "./yaml-problem.ts";
import { sortedKeys, YamlError, type YamlValue } from "./yaml-value.ts";

const YAML_ALIASES_MAX = 100;
const YAML_DEPTH_MAX = 10_000;

/** Reads the first document of YAML, by the YAML reader alone; throws a {@link YamlError}. */
export function valueOfYaml(text: string): YamlValue {
  if (hasControlCharacters(text)) throw new YamlError("yaml: control characters are not allowed");
  if (nestingOf(text) > YAML_DEPTH_MAX) throw new YamlError(`yaml: exceeded max depth of ${YAML_DEPTH_MAX}`);
  const { document, fatal, lineOf } = readPassable(text);
  if (fatal) throw new YamlError(yamlProblem({ error: fatal, text, lineOf }), { cause: fatal });
  if (!document) return { value: null, duplicates: [] };
  refuseKeys(document);
  try {
    const value = sortedKeys(document.toJS({ maxAliasCount: YAML_ALIASES_MAX }));
    const duplicates = keysGivenTwice(document).map(({ key, value }) => `line ${lineOf(value)}: ${keyAt(text, key)}`);
    return { value, duplicates };
  } catch (error) {
    throw new YamlError(aliasProblem(error, text), { cause: error });
  }
}

/** Reads a text, or what of it the original reads. */
function readPassable(text: string): ReadYaml {
  const read = readYaml(text);
  const { fatal: error, lineOf } = read;
  const before = error && bracketsBefore({ error, text, lineOf }, error.pos[0]);
  const again = before === undefined ? read : readYaml(before);
  return again.fatal ? read : again;
}

/** How deep brackets are nested at most, those of texts counted too: the reader takes its time for each. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Keys that JSON can't have: lists, maps and nothing. */
function refuseKeys(document: Document): void {
  visit(document, {
    Map(_, { items }) {
      for (const { key, value } of items) {
        if (isCollection(key)) throw new YamlError(`yaml: invalid map key: ${goSyntax(key.toJSON())}`);
        if (!isScalar(key) || key.value !== null) continue;
        const shown = goSyntax(isNode(value) ? value.toJS(document) : null);
        throw new YamlError(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${shown}`);
      }
    },
  });
}

/** A value as the original's language writes it. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[]interface {}{${value.map(inGo).join(", ")}}`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${inGo(one)}`);
  return `map[interface {}]interface {}{${entries.sort().join(", ")}}`;
}

function inGo(value: unknown): string {
  return value === null ? "interface {}(nil)" : goSyntax(value);
}

interface Place {
  readonly key: number;
  readonly value: number;
}

/** Where keys stand that their map has already, and their values, whose lines are told. */
function keysGivenTwice(document: Document): Place[] {
  const found: Place[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key, value } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && key.range) found.push({ key: key.range[0], value: placeOf(value) ?? key.range[0] });
        seen.add(key.value);
      }
    },
  });
  return found.sort((a, b) => a.key - b.key);
}

/** Undefined for a value that isn't written. */
function placeOf(value: unknown): number | undefined {
  const [start, end] = (isNode(value) && value.range) || [0, 0];
  return end > start ? start : undefined;
}

function keyAt(text: string, at: number): string {
  const key = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s:,{}[\]]+))/.exec(text.slice(at));
  return `key ${JSON.stringify(key?.[1] ?? key?.[2] ?? key?.[3] ?? "")} already set in map`;
}
