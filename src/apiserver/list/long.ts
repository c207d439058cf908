import type { KubeObject } from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import { goJson } from "../../schema/index.ts";
import type { Format } from "../http/negotiate.ts";
import type { StoredObject } from "../stored/stored.ts";
import { inTurns } from "../turns.ts";
import { isPlainYaml, yamlText } from "../yaml/index.ts";
import { answerFromText, type TextSource } from "./chunks.ts";

/** From so many items, or bytes of them, on a list is made and sent item by item. */
const LONG_ITEMS = 200;
const LONG_BYTES = 256 * 1024;
/** Stored bytes of a list whose objects stay parsed for whoever asks again. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

const bytesOf = (items: readonly StoredObject[]) => items.reduce((sum, { entry }) => sum + entry.value.length, 0);

export function isLongList(items: readonly StoredObject[]): boolean {
  return items.length >= LONG_ITEMS || bytesOf(items) >= LONG_BYTES;
}

export interface LongCall {
  readonly items: readonly StoredObject[];
  readonly clock: Clock;
  readonly format: Pick<Format, "encoding" | "pretty">;
}

/** The text of a list, or of a table: what it says of itself, and what is made of each item. */
export interface LongText {
  readonly head: Readonly<Record<string, unknown>>;
  readonly at: "items" | "rows";
  make(object: KubeObject): unknown;
}

/** An answer with a long text, made as it is sent; undefined for YAML that can't be made item by item. */
export async function longAnswer(
  { items, clock, format }: LongCall,
  { head, at, make }: LongText,
): Promise<ApiResponse | undefined> {
  const isKept = bytesOf(items) <= KEPT_BYTES_MAX;
  const made = (stored: StoredObject) => make(isKept ? stored.object : stored.parsed());
  const item = (index: number) => made(items[index]!);
  const count = items.length;
  const empty = { ...head, [at]: [] };
  if (format.encoding === "yaml") {
    let isPlain = true;
    await inTurns(items, clock, (stored) => (isPlain &&= isPlainYaml(made(stored))));
    if (!isPlain) return undefined;
    const source = { ...yamlParts(empty, at), count, text: (index: number) => yamlText([item(index)]) };
    return answerFromText("application/yaml", source, clock);
  }
  const source = format.pretty
    ? { ...indentedParts(empty), count, text: (index: number) => indented(item(index)) }
    : { ...jsonParts(empty), count, text: (index: number) => goJson(item(index)) };
  return answerFromText("application/json", source, clock);
}

type Parts = Pick<TextSource, "head" | "end" | "between">;

function jsonParts(empty: object): Parts {
  return { head: before(goJson(empty), "]}"), between: ",", end: "]}\n" };
}

const INDENT = 2;
const LINE = `\n${" ".repeat(INDENT)}`;
const ITEM_LINE = `\n${" ".repeat(2 * INDENT)}`;

/** What is indented ends without a line break, as the original's does. */
function indentedParts(empty: object): Parts {
  return { head: before(goJson(empty, INDENT), "]\n}"), between: ",", end: `${LINE}]\n}` };
}

/** An item as it stands in a list that is indented: line breaks are between its parts only. */
function indented(item: unknown): string {
  return ITEM_LINE + goJson(item, INDENT).replaceAll("\n", ITEM_LINE);
}

/** The keys are in order: others follow that of the items. */
function yamlParts(empty: object, at: LongText["at"]): Parts {
  const text = yamlText(empty);
  const nothing = " []\n";
  const head = before(text, `${nothing}${text.split(`\n${at}:${nothing}`)[1]}`);
  return { head: `${head}\n`, between: "", end: text.slice(head.length + nothing.length) };
}

/** A text without its end. */
function before(text: string, end: string): string {
  return text.slice(0, -end.length);
}
