import { sortedEntries } from "./validation/labels.ts";
import { own } from "../base/index.ts";
import type { LabelSelector } from "./meta/v1/labelselector.ts";
import { labelValueProblems, qualifiedNameProblems } from "./validation/names.ts";

export type Labels = Readonly<Record<string, string>>;

/** One condition of a selector in a query. */
export interface Requirement {
  readonly key: string;
  readonly operator: "=" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";
  readonly values: readonly string[];
}

/** Text that is no selector; the message is what Kubernetes says. */
export class SelectorError extends Error {
  override readonly name = "SelectorError";
}

/** Whether an object's selector (spec.selector) picks these labels; an empty one picks everything. */
export function labelSelectorMatches(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (own(labels, key) !== value) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = own(labels, key);
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      default:
        return false;
    }
  });
}

/** Whether labels satisfy every condition of a query's selector. */
export function requirementsMatch(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = own(labels, key);
    switch (operator) {
      case "=":
      case "in":
        return value !== undefined && values.includes(value);
      case "!=":
      case "notin":
        return value === undefined || !values.includes(value);
      case "exists":
        return value !== undefined;
      case "!":
        return value === undefined;
      case "gt":
        return value !== undefined && /^-?\d+$/.test(value) && BigInt(value) > BigInt(values[0]!);
      case "lt":
        return value !== undefined && /^-?\d+$/.test(value) && BigInt(value) < BigInt(values[0]!);
    }
  });
}

interface Token {
  readonly type: "identifier" | "symbol" | "end";
  readonly text: string;
}

const SYMBOLS = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

function tokens(text: string): Token[] {
  const result: Token[] = [];
  let index = 0;
  while (index < text.length) {
    if (/\s/.test(text[index]!)) {
      index++;
      continue;
    }
    const symbol = SYMBOLS.find((one) => text.startsWith(one, index));
    if (symbol) {
      result.push({ type: "symbol", text: symbol });
      index += symbol.length;
      continue;
    }
    const start = index;
    while (index < text.length && !/[\s=!(),<>]/.test(text[index]!)) index++;
    result.push({ type: "identifier", text: text.slice(start, index) });
  }
  result.push({ type: "end", text: "" });
  return result;
}

/** Reads a labelSelector parameter such as "a=b,c in (d,e),!f"; throws {@link SelectorError}. */
export function parseLabelSelector(text: string): Requirement[] {
  const parser = new LabelParser(tokens(text));
  return parser.parse().sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

class LabelParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#peek().type === "end") return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === "end") return requirements;
      if (next.text !== ",") throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.type === "end" || (after.type === "symbol" && after.text !== "!")) {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): Requirement {
    if (this.#peek().text === "!") {
      this.#take();
      return { key: this.#key(), operator: "!", values: [] };
    }
    const key = this.#key();
    const next = this.#peek();
    if (next.type === "end" || next.text === ",") return { key, operator: "exists", values: [] };
    const operator = this.#take().text;
    switch (operator) {
      case "=":
      case "==":
        return { key, operator: "=", values: [this.#value(key)] };
      case "!=":
        return { key, operator: "!=", values: [this.#value(key)] };
      case ">":
      case "<":
        return { key, operator: operator === ">" ? "gt" : "lt", values: [this.#integer()] };
      case "in":
      case "notin":
        return { key, operator, values: this.#list(key) };
      default:
        throw new SelectorError(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #key(): string {
    const token = this.#take();
    if (token.type !== "identifier")
      throw new SelectorError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
    const problem = labelKeyProblem(token.text);
    if (problem) throw new SelectorError(`key: Invalid value: ${JSON.stringify(token.text)}: ${problem}`);
    return token.text;
  }

  #value(key: string): string {
    const next = this.#peek();
    if (next.type === "end" || next.text === ",") return "";
    return this.#checked(key, this.#take());
  }

  #checked(key: string, token: Token): string {
    if (token.type !== "identifier") throw new SelectorError(`found '${token.text}', expected: identifier`);
    const problem = labelValueProblem(token.text);
    if (problem) throw new SelectorError(`values[0][${key}]: Invalid value: ${JSON.stringify(token.text)}: ${problem}`);
    return token.text;
  }

  #integer(): string {
    const token = this.#take();
    if (!/^-?\d{1,19}$/.test(token.text)) {
      throw new SelectorError(
        `values[0]: Invalid value: ${JSON.stringify(token.text)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    return token.text;
  }

  #list(key: string): string[] {
    if (this.#take().text !== "(") throw new SelectorError(`found '${this.#tokens[this.#at - 1]!.text}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.text === "," || next.text === ")") values.push("");
      else values.push(this.#checked(key, this.#take()));
      const separator = this.#take();
      if (separator.text === ")") return [...new Set(values)].sort();
      if (separator.text !== ",") throw new SelectorError(`found '${separator.text}', expected: ',' or ')'`);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(): Token {
    return this.#tokens[Math.min(this.#at++, this.#tokens.length - 1)]!;
  }
}

/** Why a text can't be a label key; undefined when it can. */
export function labelKeyProblem(key: string): string | undefined {
  return qualifiedNameProblems(key).join("; ") || undefined;
}

/** Why a text can't be a label value; undefined when it can. */
export function labelValueProblem(value: string): string | undefined {
  return labelValueProblems(value).join("; ") || undefined;
}

/** Reads a fieldSelector parameter such as "metadata.name=a,status.phase!=Running"; throws {@link SelectorError}. */
export function parseFieldSelector(text: string): Requirement[] {
  // Sorted, as the original reads them: that decides which fault is told of.
  return splitTerms(text)
    .sort()
    .map((term) => {
      const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (!match) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      return { key: match[1]!, operator: match[2] === "!=" ? "!=" : "=", values: [unescapeValue(match[3]!)] };
    });
}

/** Cuts at commas that no backslash protects. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let current = "";
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "\\" && index + 1 < text.length) current += text[index++]! + text[index]!;
    else if (text[index] === ",") {
      terms.push(current);
      current = "";
    } else current += text[index];
  }
  terms.push(current);
  return terms.filter((term) => term !== "");
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.?)|([,=])/gs, (sequence, escaped: string | undefined, bare: string | undefined) => {
    if (bare) throw new SelectorError(`invalid field selector: unescaped character in value: ${bare.codePointAt(0)}`);
    if (!escaped || !"\\,=".includes(escaped))
      throw new SelectorError(`invalid field selector: invalid escape sequence: ${sequence}`);
    return escaped;
  });
}

/** An object's selector as the text of a labelSelector parameter. */
export function formatLabelSelector(selector: LabelSelector): string {
  const equalities = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]) => [key, `${key}=${value}`] as const,
  );
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const list = `(${[...values].sort().join(",")})`;
    const text =
      { In: `${key} in ${list}`, NotIn: `${key} notin ${list}`, Exists: key, DoesNotExist: `!${key}` }[operator] ?? key;
    return [key, text] as const;
  });
  return [...equalities, ...expressions]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(",");
}

/** A selector as messages and tables print it whole. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = sortedEntries(matchLabels).map(([key, value]) => `${key}: ${value},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
}
