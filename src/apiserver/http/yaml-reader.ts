import { own } from "../../base/index.ts";
import { type Document, isScalar, visit, type YAMLParseError } from "yaml";
import { readYaml } from "./yaml-document.ts";
import { sortedKeys, YamlError, type YamlValue } from "./yaml-value.ts";

const YAML_ALIASES_MAX = 100;
const YAML_DEPTH_MAX = 10_000;

/** Reads the first document of YAML, by the YAML reader alone; throws a {@link YamlError}. */
export function valueOfYaml(text: string): YamlValue {
  if (nestingOf(text) > YAML_DEPTH_MAX) throw new YamlError(`yaml: exceeded max depth of ${YAML_DEPTH_MAX}`);
  const { document, fatal, lineOf } = readYaml(text);
  if (fatal) throw new YamlError(yamlProblem(fatal, lineOf(fatal.pos[0])), { cause: fatal });
  if (!document) return { value: null, duplicates: [] };
  try {
    const value = sortedKeys(document.toJS({ maxAliasCount: YAML_ALIASES_MAX }));
    const duplicates = keysGivenTwice(document).map((at) => `line ${lineOf(at)}: ${keyAt(text, at)}`);
    return { value, duplicates };
  } catch (error) {
    throw new YamlError("yaml: document contains excessive aliasing", { cause: error });
  }
}

const SCANNER_PROBLEMS: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: "mapping values are not allowed in this context",
  MULTILINE_IMPLICIT_KEY: "mapping values are not allowed in this context",
  TAB_AS_INDENT: "found character that cannot start any token",
  BAD_SCALAR_START: "found character that cannot start any token",
  MISSING_CHAR: "found unexpected end of stream",
  UNEXPECTED_TOKEN: "did not find expected node content",
  BAD_INDENT: "did not find expected node content",
  BAD_ALIAS: "did not find expected alphabetic or numeric character",
  BAD_DQ_ESCAPE: "found unknown escape character",
};

/** The fault in the words of the original, which leaves out the line of a scanner's fault in the first one. */
function yamlProblem({ code, message }: YAMLParseError, line: number): string {
  const isParser = code === "BAD_INDENT" || code === "UNEXPECTED_TOKEN" || /^Flow/.test(message);
  const problem = isParser
    ? "did not find expected node content"
    : (own(SCANNER_PROBLEMS, code) ?? "did not find expected key");
  return isParser || line > 1 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`;
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
