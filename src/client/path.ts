import { groupVersion } from "../api/index.ts";
import type { ResourceReference } from "./client.ts";

/** Where a resource is served: the collection, one object of it, or a subresource of that. */
export function resourcePath(
  kind: ResourceReference,
  { namespace, name, subresource }: { namespace?: string; name?: string; subresource?: string },
): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${groupVersion(kind)}`;
  const scope = kind.scope === "Namespaced" && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${kind.plural}${object}${subresource ? `/${subresource}` : ""}`;
}

/** A query from its parts; what is undefined is left out. */
export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") parts.push(`${name}=${encodeURIComponent(value)}`);
  }
  return parts.join("&");
}
