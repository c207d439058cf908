import { Builder } from "./builder.ts";
import { Parser } from "./parser.ts";
import { sourceOf } from "./source.ts";

export interface YamlValue {
  /** Of JSON, with the keys of its objects in order. */
  readonly value: unknown;
  /** What is told of keys given twice. */
  readonly duplicates: readonly string[];
}

/** Parts of a document that are read in one turn: some milliseconds. */
const TURN_PARTS = 8192;
const NOTHING: YamlValue = { value: null, duplicates: [] };

/** Reads the first document of a text; throws a {@link YamlError}. */
export function readYaml(bytes: Uint8Array): YamlValue {
  const parser = new Parser(sourceOf(bytes));
  while (!parser.read(Number.POSITIVE_INFINITY));
  if (!parser.root) return NOTHING;
  const builder = new Builder(parser.root);
  while (!builder.build(Number.POSITIVE_INFINITY));
  return builder.result;
}

/** The same of a long text, in several steps, none of which takes long: `turn` is awaited between them. */
export async function readYamlInSteps(
  bytes: Uint8Array,
  turn: () => Promise<void>,
  partsMax: number = TURN_PARTS,
): Promise<YamlValue> {
  const parser = new Parser(sourceOf(bytes));
  do await turn();
  while (!parser.read(partsMax));
  if (!parser.root) return NOTHING;
  const builder = new Builder(parser.root);
  do await turn();
  while (!builder.build(partsMax));
  return builder.result;
}
