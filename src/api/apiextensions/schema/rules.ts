import {
  type Compiled,
  celTypes,
  compileExpression,
  environment,
  type Failure,
  kubernetesLibraries,
  showType,
  type Type,
} from "../../../cel/index.ts";
import type { JSONSchemaProps, ValidationRule } from "../v1/customresourcedefinition.types.ts";
import { typeOfSchema } from "./cel-types.ts";
import type { Declaring } from "./declared.ts";

/** A rule of a schema, ready to run. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly test: Compiled | Failure;
  readonly message: Compiled | Failure | undefined;
  /** Whether it looks at what was there before. */
  readonly isTransition: boolean;
}

const compiled = new WeakMap<JSONSchemaProps, WeakMap<JSONSchemaProps, readonly CompiledRule[] | undefined>>();

/** The rules of one schema, about values of the type that `declaring` says; undefined when it says none to expressions. */
export function rulesOf(
  schema: JSONSchemaProps,
  declaring: Declaring,
  isRoot: boolean,
): readonly CompiledRule[] | undefined {
  if (!declaring) return undefined;
  let known = compiled.get(schema);
  if (!known) compiled.set(schema, (known = new WeakMap()));
  if (known.has(declaring)) return known.get(declaring);
  const type = typeOfSchema(declaring, "object", isRoot);
  const rules = type && (schema["x-kubernetes-validations"] ?? []).map((rule) => compileRule(rule, type));
  known.set(declaring, rules);
  return rules;
}

function compileRule(rule: ValidationRule, self: Type): CompiledRule {
  const oldSelf = rule.optionalOldSelf ? celTypes.optionalOf(self) : self;
  const place = environment({ libraries: kubernetesLibraries, variables: { self, oldSelf } });
  const test = compileExpression(rule.rule, place);
  const { messageExpression } = rule;
  return {
    rule,
    test,
    message: isTest(test) && messageExpression?.trim() ? compileExpression(messageExpression, place) : undefined,
    isTransition: "program" in test && [...test.checked.names.values()].includes("oldSelf"),
  };
}

/** Why an expression can't be run, as the original says it: what constants fail of shows only once it is compiled. */
export function compileProblem({ problem }: Failure): string {
  return problem.startsWith("program instantiation failed") ? problem : `compilation failed: ${problem}`;
}

/** Whether an expression says yes or no: of a rule that doesn't, nothing more is looked at. */
function isTest(test: Compiled | Failure): boolean {
  return "program" in test && showType(test.type) === "bool";
}
