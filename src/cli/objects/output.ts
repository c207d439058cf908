/** What `navarch get` is asked for, and how it and its watch show objects. */
import { stringify } from "yaml";
import type { ConnectionArguments, Session } from "./connection.ts";
import { type AnyObject, nameOf, type Resource, type Target, typeName } from "./resources.ts";
import type { TableOptions } from "./table.ts";

export interface GetArguments extends ConnectionArguments {
  readonly output?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly watch?: boolean;
  readonly headers?: boolean;
  readonly showLabels?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly showManagedFields?: boolean;
  /** As of this resourceVersion, and no other. */
  readonly revision?: string;
}

export interface Asked {
  readonly session: Session;
  readonly targets: readonly Target[];
  readonly options: GetArguments;
}

/** Media type of the server's tables. */
export const TABLE_TYPE = "application/json;as=Table;v=v1;g=meta.k8s.io";

export function tableOptions(resource: Resource, { targets, options }: Asked): TableOptions {
  return {
    wide: options.output === "wide",
    withNamespace: (options.allNamespaces ?? false) && resource.scope === "Namespaced",
    showLabels: options.showLabels ?? false,
    namePrefix: targets.length > 1 ? `${typeName(resource)}/` : "",
  };
}

/** A line for each, TYPE/NAME. */
export function namesOf(objects: readonly AnyObject[]): string {
  const groupOf = (apiVersion: string) => (apiVersion.includes("/") ? apiVersion.split("/")[0]! : "");
  return objects
    .map(({ kind, apiVersion, metadata }) => `${nameOf({ kind, group: groupOf(apiVersion) }, metadata.name)}\n`)
    .join("");
}

/** As JSON or YAML. */
export function render(value: unknown, output: string): string {
  return output === "json" ? `${JSON.stringify(value, null, 4)}\n` : stringify(value, { version: "1.1", lineWidth: 0 });
}
