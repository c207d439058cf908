/**
 * Makes the declarations of API types short: the compiler writes each struct and kind out in full wherever it is mentioned,
 * since their types are inferred. Here every one becomes an interface of its own, and mentions become its name.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Field, Node, ScalarType, StructNode } from "../src/schema/index.ts";
import { ROOT } from "./run.ts";

/** A declared struct or kind: the constant and the interface of its name. */
interface Named {
  readonly file: string;
  readonly name: string;
  readonly value: StructNode | { readonly struct: StructNode; readonly scope: string };
}

const CONSTANT = /^export declare const (\w+): import\("[^"]*"\)\.(StructNode|KindDefinition)<\{$[\s\S]*?^\}>;$/gm;
/** A struct that holds itself, whose interface is written by hand. */
const BY_HAND = /^export declare const (\w+): (?:import\("[^"]*"\)\.)?StructNode;$/gm;
const DSL = "schema/dsl.ts";
const KIND = "api/kind.ts";

/** Rewrites the declarations below a directory, which have the layout of src/. */
export async function nameTypes(types: string): Promise<void> {
  const files = readdirSync(join(types, "api"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".d.ts"))
    .map((file) => join("api", file));
  // Modules refer to each other in circles, which only work when entered here.
  await import(join(ROOT, "src/api/index.ts"));
  const texts = new Map(files.map((file) => [file, readFileSync(join(types, file), "utf8")]));
  const named = (await Promise.all([...texts].map(([file, text]) => namedIn(file, text)))).flat();
  const names = new Map(named.map((one) => [structOf(one), one]));
  for (const [file, text] of texts) {
    const here = named.filter((one) => one.file === file);
    if (here.length > 0) writeFileSync(join(types, file), rewritten(text, here, names));
  }
}

async function namedIn(file: string, text: string): Promise<Named[]> {
  const inferred = [...text.matchAll(CONSTANT)].map(([, name]) => name!).filter((name) => interfaceOf(name).test(text));
  const byHand = [...text.matchAll(BY_HAND)].map(([, name]) => name!);
  const found = [...inferred, ...byHand.filter((name) => text.includes(`export interface ${name} {`))];
  if (found.length === 0) return [];
  const module = (await import(join(ROOT, "src", file.replace(/\.d\.ts$/, ".ts")))) as Record<string, Named["value"]>;
  return found.map((name) => ({ file, name, value: module[name]! }));
}

const interfaceOf = (name: string) =>
  new RegExp(`^export interface ${name}\\s+extends Infer(Kind)?<typeof ${name}> \\{\\s*\\}$`, "m");

function structOf({ value }: Named): StructNode {
  return "struct" in value ? value.struct : value;
}

type Names = ReadonlyMap<StructNode, Named>;

function rewritten(text: string, here: readonly Named[], names: Names): string {
  const byName = new Map(here.map((one) => [one.name, one]));
  let out = text.replace(CONSTANT, (whole, name: string) => {
    const one = byName.get(name);
    return one ? constant(one) : whole;
  });
  for (const one of here) out = out.replace(interfaceOf(one.name), interfaceText(one, names));
  return out;
}

function constant({ file, name, value }: Named): string {
  if ("struct" in value) return `export declare const ${name}: ${at(file, KIND)}.KindDefinition<${name}>;`;
  const whole = `${at(file, DSL)}.Field<${name}, { readonly inline: true }>`;
  return `export declare const ${name}: ${at(file, DSL)}.StructNode<{ readonly whole: ${whole} }>;`;
}

function interfaceText(one: Named, names: Names): string {
  const place = { file: one.file, names };
  const own = fieldsOf(structOf(one));
  const isKind = "struct" in one.value;
  const lines = own.map(([name, field]) => {
    if (isKind && HEAD.has(name)) return headLine(name, one);
    return `${fieldText(name, field, place)};`;
  });
  return `export interface ${one.name} {\n${lines.map((line) => `    ${line}\n`).join("")}}`;
}

const HEAD: ReadonlySet<string> = new Set(["kind", "apiVersion", "metadata"]);

function headLine(name: string, { file, value }: Named): string {
  if (name !== "metadata") return `readonly ${name}: string;`;
  return `readonly metadata: ${at(file, KIND)}.SavedMetadata<"${(value as { scope: string }).scope}">;`;
}

function fieldsOf({ fields }: StructNode): [string, Field][] {
  return [...fields].flatMap(([name, field]): [string, Field][] =>
    field.options.inline ? fieldsOf(field.node as StructNode) : [[name, field]],
  );
}

/** As the type `Present` of the schema language has it. */
function isPresent({ options, node }: Field): boolean {
  if (options.always) return true;
  return !(options.ptr || options.omitZero) && node.kind === "struct";
}

const SCALARS: Readonly<Record<ScalarType, string>> = {
  string: "string",
  boolean: "boolean",
  int32: "number",
  int64: "number",
  float64: "number",
  bytes: "string",
  quantity: "string",
  intOrString: "number | string",
  time: "string",
  microTime: "string",
  duration: "string",
  raw: "Readonly<Record<string, unknown>>",
  any: "unknown",
  deduced: "unknown",
};

interface Place {
  readonly file: string;
  readonly names: Names;
}

function typeText(node: Node, place: Place): string {
  switch (node.kind) {
    case "scalar":
      return SCALARS[node.type];
    case "list":
      return `ReadonlyArray<${typeText(node.element, place)}>`;
    case "map":
      return `Readonly<Record<string, ${typeText(node.value, place)}>>`;
    case "struct":
      return structText(node, place);
    default:
      return node satisfies never;
  }
}

function structText(node: StructNode, place: Place): string {
  const one = place.names.get(node);
  // A kind inside another is a draft of its objects: little of it is certain, and its declared type says nothing.
  if (one && "struct" in one.value) return "{}";
  if (one)
    return one.file === place.file ? one.name : `${at(place.file, one.file.replace(/\.d\.ts$/, ".ts"))}.${one.name}`;
  return `{ ${fieldsOf(node)
    .map(([name, field]) => fieldText(name, field, place))
    .join("; ")} }`;
}

function fieldText(name: string, field: Field, place: Place): string {
  const written = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return `readonly ${written}${isPresent(field) ? "" : "?"}: ${typeText(field.node, place)}`;
}

/** A mention of another file of the sources. */
function at(file: string, target: string): string {
  const path = relative(dirname(file), target);
  return `import("${path.startsWith(".") ? path : `./${path}`}")`;
}
