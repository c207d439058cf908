import { stringify } from "yaml";
import { ProtoWriter } from "../../schema/index.ts";

type Json = Record<string, unknown>;

/** The media type of version 2 documents in protobuf. */
export const OPENAPI_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** A version 2 document as the message `openapi.v2.Document`, which older clients ask for. */
export function protoDocument(document: Json): Uint8Array {
  const writer = new ProtoWriter();
  const { title, version } = document.info as { title: string; version: string };
  writer.text(1, String(document.swagger));
  writer.message(2, () => {
    writer.text(1, title);
    writer.text(2, version);
  });
  writer.message(8, () => {});
  writer.message(9, () => writeSchemas(writer, document.definitions as Json));
  return writer.finish();
}

function writeSchemas(writer: ProtoWriter, schemas: Json): void {
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
function writeSchema(writer: ProtoWriter, schema: Json): void {
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
  for (const [name, value] of Object.entries(schema)) if (name.startsWith("x-")) writeExtension(writer, name, value);
}

function writeExtension(writer: ProtoWriter, name: string, value: unknown): void {
  writer.message(31, () => {
    writer.text(1, name);
    writer.message(2, () => writeAny(writer, value));
  });
}

/** A value of any type travels as YAML. */
function writeAny(writer: ProtoWriter, value: unknown): void {
  writer.text(2, stringify(value));
}
