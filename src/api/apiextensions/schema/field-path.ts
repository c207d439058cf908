import { own } from "../../../base/index.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { isRecord } from "./cel-types.ts";

/** A name behind a dot may have anything in it but what begins the next part; one in brackets is quoted. */
const SEGMENT = /\.([^.[\]]+|\[|\]|\.)|\['((?:[^'\\]|\\.)*)'\]/y;
const ESCAPE = /\\[abfnrtv'\\]/;

/** Whether the path that a rule gives for its failures is one, and a schema has something there. */
export function leadsSomewhere(fieldPath: string, schema: JSONSchemaProps): boolean {
  let now: JSONSchemaProps | undefined = schema;
  let at = 0;
  while (at < fieldPath.length) {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(fieldPath);
    if (!match || !now) return false;
    const [all, plain, quoted = ""] = match;
    if (quoted.match(/\\./g)?.some((escape) => !ESCAPE.test(escape))) return false;
    now = schemaAt(now, plain ?? quoted.replace(/\\(.)/g, "$1"));
    at += all.length;
  }
  return now !== undefined;
}

/** Where there are properties nothing else has a name. */
function schemaAt({ properties = {}, additionalProperties: values }: JSONSchemaProps, name: string) {
  if (Object.keys(properties).length > 0) return own(properties, name);
  return isRecord(values) ? values : undefined;
}
