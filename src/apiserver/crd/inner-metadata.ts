import type { FieldError, KubeObject } from "../../api/index.ts";
import { type MetadataRules, validateMetadata } from "../registry/metadata.ts";

type Json = Record<string, unknown>;

/** Nothing is known of its kind: it needs no name, may be in a namespace, and has any name that fits into a path. */
export function validateInnerMetadata(metadata: Json, path: string): FieldError[] {
  const scope = metadata.namespace ? "Namespaced" : "Cluster";
  const rules: MetadataRules = { nameRule: "pathSegment", looseFinalizers: true };
  const object = { metadata: { ...metadata, name: metadata.name || "unnamed" } } as unknown as KubeObject;
  return validateMetadata({ scope }, { rules }, object).map((error) => ({ ...error, path: `${path}.${error.path}` }));
}
