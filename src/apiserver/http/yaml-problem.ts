import type { YAMLParseError } from "yaml";

/** A reader's fault and where it is. */
export interface YamlFault {
  readonly error: YAMLParseError;
  readonly text: string;
  readonly lineOf: (at: number) => number;
}

/** Characters that YAML has no place for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** Whether the original reads no further than its first look at the characters. */
export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

/**
 * What the original says of a fault. Its scanner tells of characters on the line where they stand, the first one apart; its
 * parser tells of tokens, and counts lines from nought.
 */
export function yamlProblem(fault: YamlFault): string {
  const { code, message, pos } = fault.error;
  const [at] = pos;
  switch (code) {
    case "BLOCK_AS_IMPLICIT_KEY":
      return message.startsWith("A block sequence") ? parsed(fault, at, KEY) : ofColon(fault, at);
    case "MULTILINE_IMPLICIT_KEY":
      // A key in brackets ends on its first line.
      return /[[{]/.test(fault.text[at] ?? "") ? scanned(fault, at, COLON, 1) : ofColon(fault, at);
    case "TAB_AS_INDENT":
      return scanned(fault, at, afterPlainText(fault, at) ? VIOLATION : "found character that cannot start any token");
    case "BAD_SCALAR_START":
      return scanned(fault, at, "found character that cannot start any token");
    case "BAD_ALIAS":
      return scanned(fault, at, "did not find expected alphabetic or numeric character");
    case "BAD_DQ_ESCAPE":
      return scanned(fault, at, "found unknown escape character");
    case "BLOCK_IN_FLOW":
      return parsed(fault, at, CONTENT);
    case "MISSING_CHAR":
      return ofMissing(fault, at);
    case "BAD_INDENT":
    case "UNEXPECTED_TOKEN":
      return message.startsWith("Flow") ? ofFlow(fault, at) : parsed(fault, at, expectedAt(fault, at));
    default:
      return parsed(fault, at, KEY);
  }
}

const KEY = "did not find expected key";
const CONTENT = "did not find expected node content";
const ENTRY = "did not find expected '-' indicator";
const COLON = "could not find expected ':'";
const VIOLATION = "found a tab character that violates indentation";

function ofMissing(fault: YamlFault, at: number): string {
  const { message } = fault.error;
  if (message.startsWith("Implicit map keys")) return scanned(fault, at, COLON, 1);
  if (message.startsWith("Sequence item without")) return parsed(fault, at, ENTRY);
  return /^(?:Missing ,|Flow )/.test(message)
    ? ofFlow(fault, at)
    : scanned(fault, at, "found unexpected end of stream");
}

/** Whether the line before ends with text that goes on. */
function afterPlainText({ text }: YamlFault, at: number): boolean {
  return /[^\s:|>"'\]}-]\s*$/.test(text.slice(0, at));
}

/** A colon that makes a key of what may be none. */
function ofColon(fault: YamlFault, at: number): string {
  const { text } = fault;
  const colon = text.slice(at).search(/:(?=\s|$)/);
  if (colon < 0) return parsed(fault, at, KEY);
  if (/^\s*\{/.test(text)) return parsed(fault, at + colon, "did not find expected ',' or '}'");
  return scanned(fault, at + colon, isLaterKey(text, at) ? COLON : "mapping values are not allowed in this context");
}

/** Whether what stands there can be nothing but another key of a map in a block. */
function isLaterKey(text: string, at: number): boolean {
  const before = text.slice(0, at).split("\n");
  const indent = before.pop()!;
  if (indent.trim() !== "") return false;
  const last = before.findLast((line) => line.trim() !== "" && line.search(/\S/) <= indent.length);
  return last !== undefined && last.search(/\S/) === indent.length;
}

/** Brackets that aren't closed, or not where they may be. */
function ofFlow(fault: YamlFault, at: number): string {
  const before = fault.text.slice(0, at).trimEnd();
  if (before === "" || /[[{,:]$/.test(before)) return parsed(fault, at, CONTENT);
  const close = /\bseq/.test(fault.error.message) ? "]" : "}";
  return parsed(fault, at, `did not find expected ',' or '${close}'`);
}

/** What a block that goes on otherwise was to go on with. */
function expectedAt({ text, error }: YamlFault, at: number): string {
  if (text.slice(0, at).trim() === "") return CONTENT;
  const isList = /^- /m.exec(text)?.index === text.search(/\S/);
  return isList || error.message.startsWith("All sequence items") ? ENTRY : KEY;
}

function scanned({ lineOf }: YamlFault, at: number, problem: string, after = 0): string {
  const line = lineOf(at) + after;
  return line > 1 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`;
}

function parsed({ text, lineOf }: YamlFault, at: number, problem: string): string {
  // The end of a text stands on a line of its own.
  const ahead = text.slice(at).search(/\S/);
  const line = ahead < 0 ? lineOf(text.length) - (text.endsWith("\n") ? 1 : 0) : lineOf(at + ahead) - 1;
  return line > 0 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`;
}

/** What is said of aliases and merges that can't be followed. */
export function aliasProblem(cause: unknown, text: string): string {
  const message = cause instanceof Error ? cause.message : "";
  const unknown = /^Unresolved alias .*: (\S+)$/.exec(message)?.[1];
  if (unknown !== undefined) return `yaml: unknown anchor '${unknown}' referenced`;
  if (message.startsWith("Merge sources")) return "yaml: map merge requires map or sequence of maps as the value";
  const own = cause instanceof RangeError ? /&(\S+)[\s\S]*?\*\1/.exec(text)?.[1] : undefined;
  return own === undefined
    ? "yaml: document contains excessive aliasing"
    : `yaml: anchor '${own}' value contains itself`;
}

/**
 * The text up to a fault that stands behind a document in brackets; undefined for any other. The original doesn't look at
 * what follows.
 */
export function bracketsBefore({ text }: YamlFault, at: number): string | undefined {
  const before = text.slice(0, at);
  return at < text.length && /^\s*[[{]/.test(before) && /[\]}]\s*$/.test(before) ? before : undefined;
}
