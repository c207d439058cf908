import { ProtoWriter } from "../../schema/index.ts";
import { writePaths } from "./proto-paths.ts";
import { writeSchemas } from "./proto-schema.ts";

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
  writer.message(8, () => writePaths(writer, document.paths as Json));
  writer.message(9, () => writeSchemas(writer, document.definitions as Json));
  for (const one of document.security as Json[]) writer.message(12, () => writeSecurity(writer, one));
  writer.message(13, () => writeSecurityDefinitions(writer, document.securityDefinitions as Json));
  return writer.finish();
}

function writeSecurity(writer: ProtoWriter, requirement: Json): void {
  for (const name of Object.keys(requirement))
    writer.message(1, () => {
      writer.text(1, name);
      writer.message(2, () => {});
    });
}

function writeSecurityDefinitions(writer: ProtoWriter, definitions: Json): void {
  for (const [key, { type, name, in: place }] of Object.entries(definitions) as [string, Record<string, string>][])
    writer.message(1, () => {
      writer.text(1, key);
      writer.message(2, () =>
        writer.message(2, () => {
          writer.text(1, type!);
          writer.text(2, name!);
          writer.text(3, place!);
        }),
      );
    });
}
