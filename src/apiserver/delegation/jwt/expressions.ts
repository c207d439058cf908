import {
  BUDGET,
  celTypes,
  type Compiled,
  compileExpression,
  environment,
  EvaluationError,
  fromJson,
  kubernetesLibraries,
  toJson,
  type Type,
} from "../../../cel/index.ts";
import type { ConfigReader } from "../../configuration.ts";

const { BOOL, DYN, STRING, listOf, mapOf, structFrom } = celTypes;

const USER = structFrom("kubernetes.UserInfo", {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});
const PLACES = {
  claims: environment({ variables: { claims: mapOf(STRING, DYN) }, libraries: kubernetesLibraries, hasBindings: true }),
  user: environment({ variables: { user: USER }, libraries: kubernetesLibraries, hasBindings: true }),
};

/** What an expression is to say, and the types in which it may say it. */
const WANTED = {
  bool: { types: [BOOL], text: "true or false" },
  text: { types: [STRING], text: "a string" },
  texts: { types: [STRING, listOf(STRING)], text: "a string or a list of strings" },
} as const;

/** An expression about a token's claims or the user that they make. */
export interface ClaimExpression {
  readonly source: string;
  /** Its value as JSON; throws an EvaluationError. */
  run(value: unknown): unknown;
}

/** Reads the expression in a field of a configuration. */
export function claimExpression(
  reader: ConfigReader,
  field: string,
  { about, wants }: { readonly about: keyof typeof PLACES; readonly wants: keyof typeof WANTED },
): ClaimExpression {
  const source = reader.text(field) ?? "";
  const compiled = compileExpression(source, PLACES[about]);
  if ("problem" in compiled) throw reader.wrong(field, `can't be compiled: ${compiled.problem}`);
  const { types, text } = WANTED[wants];
  if (!isOneOf(compiled.type, types)) throw reader.wrong(field, `must be ${text}`);
  return { source, run: (value) => runOn(compiled, value) };
}

function isOneOf(type: Type, types: readonly Type[]): boolean {
  return type.kind === "dyn" || types.some((one) => celTypes.sameType(one, type)) || isListOfAnything(type, types);
}

/** A list whose elements are known only when there are some. */
function isListOfAnything(type: Type, types: readonly Type[]): boolean {
  return type.kind === "list" && type.parts[0]?.kind === "dyn" && types.some(({ kind }) => kind === "list");
}

function runOn({ program }: Compiled, value: unknown): unknown {
  const held = fromJson(value);
  return toJson(program.run(() => held, BUDGET).value);
}

/** Whether an expression says true; what it can't say is a no with a reason. */
export function holds(
  expression: ClaimExpression,
  value: unknown,
): { readonly isTrue: boolean; readonly why?: string } {
  try {
    return { isTrue: expression.run(value) === true };
  } catch (error) {
    if (error instanceof EvaluationError) return { isTrue: false, why: error.message };
    throw error;
  }
}
