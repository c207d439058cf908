import { own } from "../../../base/index.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { isRecord } from "./cel-types.ts";

const SEGMENT = /\.([a-zA-Z_][a-zA-Z0-9_]*)|\['((?:[^'\\]|\\.)*)'\]/y;

/** Whether the path that a rule gives for its failures is one, and a schema has something there. */
export function leadsSomewhere(fieldPath: string, schema: JSONSchemaProps): boolean {
  let now: JSONSchemaProps | undefined = schema;
  let at = 0;
  while (at < fieldPath.length) {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(fieldPath);
    if (!match || !now) return false;
    const name: string = match[1] ?? (match[2] ?? "").replace(/\\(.)/g, "$1");
    const values: unknown = now.additionalProperties;
    now = own(now.properties, name) ?? (isRecord(values) ? values : undefined);
    at += match[0].length;
  }
  return now !== undefined && at > 0;
}
