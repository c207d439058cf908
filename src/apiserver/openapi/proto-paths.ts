import type { ProtoWriter } from "../../schema/index.ts";
import { writeExtensions } from "./proto-any.ts";
import { writeSchema } from "./proto-schema.ts";

type Json = Record<string, unknown>;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];
const FIRST_METHOD = 2;

/** Paths with their operations, as the message `openapi.v2.Paths`. */
export function writePaths(writer: ProtoWriter, paths: Json): void {
  for (const [path, item] of Object.entries(paths) as [string, Json][])
    writer.message(2, () => {
      writer.text(1, path);
      writer.message(2, () => {
        METHODS.forEach((method, index) => {
          const operation = item[method] as Json | undefined;
          if (operation) writer.message(FIRST_METHOD + index, () => writeOperation(writer, operation));
        });
        writeParameters(writer, 9, item.parameters);
      });
    });
}

function writeOperation(writer: ProtoWriter, operation: Json): void {
  const texts = (number: number, name: string) => {
    for (const text of (operation[name] ?? []) as string[]) writer.text(number, text);
  };
  texts(1, "tags");
  writer.text(5, String(operation.operationId));
  texts(6, "produces");
  texts(7, "consumes");
  writeParameters(writer, 8, operation.parameters);
  writer.message(9, () => writeResponses(writer, operation.responses as Json));
  texts(10, "schemes");
  writeExtensions(writer, 13, operation);
}

interface Parameter {
  readonly name: string;
  readonly in: "body" | "query" | "path";
  readonly type: string;
  readonly required?: boolean;
  readonly uniqueItems?: boolean;
  readonly schema: Json;
}

function writeParameters(writer: ProtoWriter, number: number, parameters: unknown): void {
  for (const parameter of (parameters ?? []) as Parameter[])
    writer.message(number, () =>
      writer.message(1, () => {
        if (parameter.in === "body") writer.message(1, () => writeBody(writer, parameter));
        else writer.message(2, () => writePlain(writer, parameter));
      }),
    );
}

function writeBody(writer: ProtoWriter, { name, in: place, required, schema }: Parameter): void {
  writer.text(2, name);
  writer.text(3, place);
  writeTrue(writer, 4, required);
  writer.message(5, () => writeSchema(writer, schema));
}

/** Where the fields of query and path parameters have different numbers: the message's own, type and uniqueItems. */
const NUMBERS = { query: [3, 6, 20], path: [4, 5, 19] } as const;

function writePlain(writer: ProtoWriter, parameter: Parameter): void {
  const { name, in: place, type, required, uniqueItems } = parameter;
  const [own, typeNumber, uniqueNumber] = NUMBERS[place as "query" | "path"];
  writer.message(own, () => {
    writeTrue(writer, 1, required);
    writer.text(2, place);
    writer.text(4, name);
    writer.text(typeNumber, type);
    writeTrue(writer, uniqueNumber, uniqueItems);
  });
}

function writeTrue(writer: ProtoWriter, number: number, value: boolean | undefined): void {
  if (!value) return;
  writer.tag(number, 0);
  writer.varint(1);
}

function writeResponses(writer: ProtoWriter, responses: Json): void {
  for (const [code, { description, schema }] of Object.entries(responses) as [string, Json][])
    writer.message(1, () => {
      writer.text(1, code);
      writer.message(2, () =>
        writer.message(1, () => {
          writer.text(1, String(description));
          if (schema) writer.message(2, () => writer.message(1, () => writeSchema(writer, schema as Json)));
        }),
      );
    });
}
