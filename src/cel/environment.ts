import type { Overload } from "./signature.ts";
import type { Type } from "./types.ts";

/** What an expression can refer to. */
export interface Environment {
  readonly variables: ReadonlyMap<string, Type>;
  /** Types that have names, as values: `int`, `google.protobuf.Timestamp`. */
  readonly typeNames: ReadonlyMap<string, Type>;
  /** Structs that can be made, by name. */
  readonly structNamed: (name: string) => Type | undefined;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  /** Whether `cel.bind(name, value, expression)` gives a value a name. */
  readonly hasBindings: boolean;
}

export interface EnvironmentInit {
  readonly variables: Readonly<Record<string, Type>>;
  readonly libraries: readonly Library[];
  readonly structNamed?: (name: string) => Type | undefined;
  readonly hasBindings?: boolean;
}

/** Functions and types that belong together. */
export interface Library {
  readonly types?: readonly Type[];
  readonly overloads: readonly Overload[];
}

/** The functions of libraries by name; worked out once for each set of libraries. */
const tables = new WeakMap<readonly Library[], Pick<Environment, "functions" | "typeNames">>();

export function environment({
  variables,
  libraries,
  structNamed = () => undefined,
  hasBindings = false,
}: EnvironmentInit): Environment {
  let table = tables.get(libraries);
  if (!table) {
    table = tableOf(libraries);
    tables.set(libraries, table);
  }
  return { ...table, variables: new Map(Object.entries(variables)), structNamed, hasBindings };
}

function tableOf(libraries: readonly Library[]): Pick<Environment, "functions" | "typeNames"> {
  const functions = new Map<string, Overload[]>();
  const typeNames = new Map<string, Type>();
  for (const { types = [], overloads } of libraries) {
    for (const type of types) typeNames.set(type.name, type);
    for (const one of overloads) {
      const known = functions.get(one.name);
      if (known) known.push(one);
      else functions.set(one.name, [one]);
    }
  }
  return { functions, typeNames };
}
