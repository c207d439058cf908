import { type Document, isScalar, visit } from "yaml";
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
  try {
    const value = sortedKeys(document.toJS({ maxAliasCount: YAML_ALIASES_MAX }));
    const duplicates = keysGivenTwice(document).map((at) => `line ${lineOf(at)}: ${keyAt(text, at)}`);
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

/** Where keys stand that their map has already. */
function keysGivenTwice(document: Document): number[] {
  const found: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && key.range) found.push(key.range[0]);
        seen.add(key.value);
      }
    },
  });
  return found.sort((a, b) => a - b);
}

function keyAt(text: string, at: number): string {
  const key = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s:,{}[\]]+))/.exec(text.slice(at));
  return `key ${JSON.stringify(key?.[1] ?? key?.[2] ?? key?.[3] ?? "")} already set in map`;
}
