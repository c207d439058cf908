import type { ProtoWriter } from "../../schema/index.ts";

/** A value of any type travels as YAML, which JSON is. */
export function writeAny(writer: ProtoWriter, value: unknown): void {
  writer.text(2, JSON.stringify(value));
}

/** What begins with "x-", by name. */
export function writeExtensions(writer: ProtoWriter, number: number, of: Readonly<Record<string, unknown>>): void {
  for (const name in of)
    if (name.startsWith("x-"))
      writer.message(number, () => {
        writer.text(1, name);
        writer.message(2, () => writeAny(writer, of[name]));
      });
}
