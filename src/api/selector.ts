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

/** Blanks, a symbol, or what lies between them. */
const TOKEN = /([ \t\r\n]+)|(==|!=|[=!(),<>])|[^ \t\r\n=!(),<>]+/g;

function tokens(text: string): Token[] {
  const result: Token[] = [];
  for (const [token, blanks, symbol] of text.matchAll(TOKEN))
    if (blanks === undefined) result.push({ type: symbol === undefined ? "identifier" : "symbol", text: token });
  result.push({ type: "end", text: "" });
  return result;
}

/** Reads a labelSelector parameter such as "a=b,c in (d,e),!f"; throws {@link SelectorError}. */
export function parseLabelSelector(text: string): Requirement[] {
  const parser = new LabelParser(tokens(text));
  return parser.parse().sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

const OPERATORS: Readonly<Record<string, Requirement["operator"]>> = {
  in: "in",
  notin: "notin",
  "=": "=",
  "==": "=",
  "!=": "!=",
  ">": "gt",
  "<": "lt",
};

class LabelParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const first = this.#peek();
      if (first.type === "end") return requirements;
      if (first.type === "symbol" && first.text !== "!")
        throw new SelectorError(`found '${first.text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === "end") return requirements;
      if (next.text !== ",") throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.type !== "identifier" && after.text !== "!")
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
    }
  }

  #requirement(): Requirement {
    const isNegated = this.#peek().text === "!";
    if (isNegated) this.#take();
    const key = this.#key();
    const next = this.#peek();
    if (next.type === "end" || next.text === ",") return { key, operator: isNegated ? "!" : "exists", values: [] };
    if (isNegated) return this.#checked({ key, operator: "!", values: [] });
    return this.#compared(key);
  }

  #compared(key: string): Requirement {
    const { text } = this.#take();
    const operator = Object.hasOwn(OPERATORS, text) ? OPERATORS[text]! : undefined;
    if (!operator) throw faulty(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    const values = operator === "in" || operator === "notin" ? this.#list() : [this.#value()];
    return this.#checked({ key, operator, values });
  }

  #key(): string {
    const token = this.#take();
    if (token.type !== "identifier") throw faulty(`found '${token.text}', expected: identifier`);
    const problem = labelKeyProblem(token.text);
    if (problem) throw faulty(`<nil>: Invalid value: ${JSON.stringify(token.text)}: ${problem}`);
    return token.text;
  }

  #value(): string {
    const next = this.#peek();
    if (next.type === "end" || next.text === ",") return "";
    const token = this.#take();
    if (token.type !== "identifier") throw faulty(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  /** Every problem with the values of a requirement. */
  #checked(requirement: Requirement): Requirement {
    const { key, operator, values } = requirement;
    const isNumeric = operator === "gt" || operator === "lt";
    const problems = values.flatMap((value, index) => {
      const shown = JSON.stringify(value);
      const integer =
        isNumeric && !isInteger(value) ? [`values[${index}]: Invalid value: ${shown}: ${NO_INTEGER}`] : [];
      const problem = labelValueProblem(value);
      return [...integer, ...(problem ? [`values[${index}][${key}]: Invalid value: ${shown}: ${problem}`] : [])];
    });
    if (problems.length > 0) throw faulty(problems.length === 1 ? problems[0]! : `[${problems.join(", ")}]`);
    return requirement;
  }

  #list(): string[] {
    const open = this.#take();
    if (open.text !== "(") throw faulty(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.type === "end" || (first.type === "symbol" && first.text !== "," && first.text !== ")"))
      throw faulty(`found '${first.text}', expected: ',', ')' or identifier`);
    const values: string[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.type === "identifier") values.push(this.#take().text);
      else if (next.text === "," || next.text === ")") values.push("");
      else throw faulty(`found '${next.text}', expected: ',', or identifier`);
      const separator = this.#peek();
      if (separator.text !== ")" && separator.text !== ",")
        throw faulty(`found '${separator.text}', expected: ',' or ')'`);
      this.#take();
      if (separator.text === ")") return [...new Set(values)].sort();
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(): Token {
    return this.#tokens[Math.min(this.#at++, this.#tokens.length - 1)]!;
  }
}

const NO_INTEGER = "for 'Gt', 'Lt' operators, the value must be an integer";
const INT64_MAX = 2n ** 63n;

function isInteger(text: string): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const value = BigInt(text.replace("+", ""));
  return value < INT64_MAX && value >= -INT64_MAX;
}

function faulty(problem: string): SelectorError {
  return new SelectorError(`unable to parse requirement: ${problem}`);
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
    .map((term): Requirement => {
      const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (!match) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      return { key: match[1]!, operator: match[2] === "!=" ? "!=" : "=", values: [unescapeValue(match[3]!)] };
    })
    .filter(saysSomething);
}

/** Nothing that is to be nothing, or something else, always holds. */
function saysSomething({ key, values }: Requirement): boolean {
  return key !== "" || values[0] !== "";
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
export function formatLabelSelector(selector: LabelSelector | null | undefined): string {
  const equalities = Object.entries(selector?.matchLabels ?? {}).map(
    ([key, value]) => [key, `${key}=${value}`] as const,
  );
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
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
