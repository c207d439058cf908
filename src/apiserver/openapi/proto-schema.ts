import type { ProtoWriter } from "../../schema/index.ts";
import { writeAny, writeExtensions } from "./proto-any.ts";

type Json = Record<string, unknown>;

/** Schemas by name. */
export function writeSchemas(writer: ProtoWriter, schemas: Json): void {
  for (const [name, schema] of Object.entries(schemas)) {
    writer.message(1, () => {
      writer.text(1, name);
      writer.message(2, () => writeSchema(writer, schema as Json));
    });
  }
}

const TEXTS: readonly (readonly [name: string, number: number])[] = [
  ["$ref", 1],
  ["format", 2],
  ["title", 3],
  ["description", 4],
];

/** Fields in ascending number, as every writer of the format does. */
export function writeSchema(writer: ProtoWriter, schema: Json): void {
  for (const [name, number] of TEXTS) if (schema[name] !== undefined) writer.text(number, String(schema[name]));
  if (schema.default !== undefined) writer.message(5, () => writeAny(writer, schema.default));
  if (schema.uniqueItems) {
    writer.tag(16, 0);
    writer.varint(1);
  }
  for (const name of (schema.required ?? []) as string[]) writer.text(19, name);
  for (const value of (schema.enum ?? []) as unknown[]) writer.message(20, () => writeAny(writer, value));
  const { additionalProperties, type, items, properties } = schema as {
    additionalProperties?: Json;
    type?: string;
    items?: Json;
    properties?: Json;
  };
  if (additionalProperties)
    writer.message(21, () => writer.message(1, () => writeSchema(writer, additionalProperties)));
  if (type) writer.message(22, () => writer.text(1, type));
  if (items) writer.message(23, () => writer.message(1, () => writeSchema(writer, items)));
  if (properties) writer.message(25, () => writeSchemas(writer, properties));
  writeExtensions(writer, 31, schema);
}
