import type { ScalarNode } from "./dsl.ts";
import {
  elementStep,
  fieldOf,
  keepsUndeclared,
  lacksKeys,
  pathText,
  type Shape,
  shapeOfElement,
  shapeOfField,
} from "./apply/field-set.ts";
import { isObject } from "./patch/merge.ts";
import { rawDigits } from "./json/parse.ts";
import { goNumber, goText } from "./patch/strategic.ts";

type Json = Record<string, unknown>;

/** A configuration that does not fit its type; the message is what Kubernetes says. */
export class ApplyTypeError extends Error {
  override readonly name = "ApplyTypeError";
}

/** A configuration that sets what is replaced as a whole, where it may not. */
export class AtomicApplyError extends ApplyTypeError {}

/** Checks that a configuration has nothing but what its type has; throws with all problems. */
export function checkTyped(shape: Shape, config: unknown): void {
  const problems: string[] = [];
  checkValue(shape, config, { path: [], problems });
  if (problems.length > 0) throw new ApplyTypeError(allProblems(problems));
}

/** Everything in an object that is there already which its type does not have; undefined when there is none. */
export function typedProblem(shape: Shape, object: unknown): string | undefined {
  const problems: string[] = [];
  checkValue(shape, object, { path: [], problems, mayRepeat: true });
  return problems.length === 0 ? undefined : allProblems(problems);
}

function allProblems(problems: readonly string[]): string {
  return problems.length === 1 ? problems[0]! : `errors:\n${problems.map((problem) => `  ${problem}`).join("\n")}`;
}

/** Why an object that is stored can't be told apart into its parts; undefined when it can. */
export function keylessProblem(shape: Shape, live: unknown): string | undefined {
  const problems: string[] = [];
  checkValue(shape, live, { path: [], problems });
  return problems.find((problem) => problem.includes(KEYLESS));
}

const KEYLESS = "has an element that omits all key fields";

interface Place {
  readonly path: readonly string[];
  readonly problems: string[];
  /** Elements of one key, or sets' of one value, are nothing to tell of. */
  readonly mayRepeat?: boolean;
}

function checkValue(shape: Shape, value: unknown, place: Place): void {
  if (value === null || value === undefined) return;
  switch (shape.merge) {
    case "struct":
    case "map":
      return checkMap(shape, value, place);
    case "listMap":
    case "set":
      return checkList(shape, value, place);
    case "atomic":
      return checkAtomic(shape, value, place);
    case "deduced":
      return;
    default:
      return shape satisfies never;
  }
}

function tell({ path, problems }: Place, problem: string): void {
  problems.push(path.length === 0 ? problem : `${pathText(path)}: ${problem}`);
}

function checkMap(shape: Extract<Shape, { merge: "struct" | "map" }>, value: unknown, place: Place): void {
  if (!isObject(value)) return tell(place, `expected map, got ${boxed(value)}`);
  for (const [name, inner] of Object.entries(value)) {
    const at = { ...place, path: [...place.path, `f:${name}`] };
    if (shape.merge === "map") checkValue(shapeOfElement(shape.value, shape.options), inner, at);
    else if (fieldOf(shape.node, name) || keepsUndeclared(shape.node))
      checkValue(shapeOfField(shape.node, name), inner, at);
    // What follows a field that isn't known is not looked at.
    else return tell(at, "field not declared in schema");
  }
}

function checkList(shape: Extract<Shape, { merge: "listMap" | "set" }>, value: unknown, place: Place): void {
  if (!Array.isArray(value)) return tell(place, `expected list, got ${boxed(value)}`);
  const seen = new Set<string>();
  for (const [index, element] of value.entries()) {
    const problem = shape.merge === "set" ? valueProblem(element) : keysProblem(shape, element);
    // What follows an element that can't be told from others is not looked at.
    if (problem !== undefined) return tell(place, `element ${index}: ${problem}`);
    const step = shape.merge === "set" ? `v:${JSON.stringify(element)}` : elementStep(shape, element);
    if (seen.has(step) && !place.mayRepeat) tell(place, `duplicate entries for key ${pathText([step])}`);
    seen.add(step);
    checkValue(shapeOfElement(shape.node.element, shape.node.options), element, {
      ...place,
      path: [...place.path, step],
    });
  }
}

/** Why an element can't be told from others by its value. */
function valueProblem(element: unknown): string | undefined {
  if (Array.isArray(element)) return "not supported: associative list with lists as elements";
  if (element === null) return "associative list without keys has an element that's an explicit null";
  const isMap = isObject(element) && rawDigits(element) === undefined;
  return isMap ? "associative list without keys has an element that's a map type" : undefined;
}

/** Why an element can't be told from others by its keys. */
function keysProblem(shape: Extract<Shape, { merge: "listMap" }>, element: unknown): string | undefined {
  const list = "associative list with keys";
  if (element === null) return `${list} may not have a null element`;
  if (!isObject(element)) return `${list} may not have non-map elements`;
  if (!lacksKeys(shape, element)) return undefined;
  const names = shape.keys.map((key) => JSON.stringify(key)).join(" ");
  return `${list} ${KEYLESS} [${names}] (and doesn't have default values for any key fields)`;
}

function checkAtomic({ node }: Extract<Shape, { merge: "atomic" }>, value: unknown, place: Place): void {
  switch (node?.kind) {
    case "struct":
      return checkMap({ merge: "struct", node }, value, place);
    case "map":
      return checkMap({ merge: "map", value: node.value }, value, place);
    case "list":
      if (!Array.isArray(value)) return tell(place, `expected list, got ${boxed(value)}`);
      value.forEach((element, index) =>
        checkValue(shapeOfElement(node.element, node.options), element, {
          ...place,
          path: [...place.path, `i:${index}`],
        }),
      );
      return;
    case "scalar":
      return checkScalar(node, value, place);
    case undefined:
      return;
    default:
      return node satisfies never;
  }
}

function checkScalar({ type }: ScalarNode, value: unknown, place: Place): void {
  const isNumber = typeof value === "number" || rawDigits(value) !== undefined;
  switch (type) {
    case "int32":
    case "int64":
    case "float64":
      if (!isNumber) tell(place, `expected numeric (int or float), got ${goTypeOf(value)}`);
      return;
    case "boolean":
      if (typeof value !== "boolean") tell(place, `expected boolean, got ${boxed(value)}`);
      return;
    case "quantity":
    case "intOrString":
    case "time":
    case "microTime":
      if (isObject(value) || Array.isArray(value)) tell(place, `expected any scalar, got ${boxed(value)}`);
      return;
    case "raw":
    case "any":
    case "deduced":
      return;
    case "string":
    case "bytes":
    case "duration":
      if (typeof value !== "string")
        tell(place, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
      return;
    default:
      return type satisfies never;
  }
}

function boxed(value: unknown): string {
  return `&{${goText(value)}}`;
}

/** The name of a value's type in the original. */
function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  return typeof value === "boolean" ? "bool" : "string";
}

/** A value as the original's source would write it. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  const number = typeof value === "number" ? value : rawDigits(value);
  if (number !== undefined) return goNumber(number);
  if (value === null) return "interface {}(nil)";
  if (!isObject(value)) return typeof value === "string" ? JSON.stringify(value) : String(value);
  const entries = Object.entries(value as Json).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${goSyntax(inner)}`).join(", ")}}`;
}
