import { kindFor, PartialObjectMetadata, Status } from "../../../../src/api/index.ts";
import { decodeProto, openProtoEnvelope } from "../../../../src/schema/index.ts";
import { parseAllDocuments } from "yaml";

/** One event of a watch, taken apart. */
interface WatchEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind, which the tests take apart
  readonly object: any;
}

/** Whether a target asks for a watch, if it is answered with 200. */
export function isWatch(target: string): boolean {
  return /[?&]watch=(true|1)\b|\/watch\//.test(target);
}

/** What the bytes of a watch tell, in whatever form they are; what can't be read is there as it is. */
export function eventsIn(bytes: Buffer, type = ""): unknown[] {
  if (type.includes("protobuf")) return withMarks(protoEvents(bytes));
  if (type.startsWith("application/yaml"))
    return withMarks(parseAllDocuments(bytes.toString()).flatMap((one) => one.toJS() ?? []));
  return withMarks(bytes.toString().split("\n").filter(Boolean).map(jsonEvent));
}

/** The event in a line or a message; the text when it is none. */
export function jsonEvent(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Bookmarks that mark nothing come when it is time for them, and are left out. */
export function withMarks(events: readonly unknown[]): unknown[] {
  return events.filter((event) => {
    const { type, object } = (event ?? {}) as Partial<WatchEvent>;
    const told = object?.rows?.[0]?.object ?? object;
    return type !== "BOOKMARK" || told?.metadata?.annotations !== undefined;
  });
}

const LENGTH_BYTES = 4;

/** Events of length-prefixed frames, each a meta.v1.WatchEvent that holds an object in an envelope. */
function protoEvents(bytes: Buffer): unknown[] {
  // One object, where a name in the path made it no watch.
  if (bytes.toString("latin1").startsWith("k8s\0")) return [enveloped(bytes)];
  const events: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    events.push(protoEvent(bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length)));
    at += LENGTH_BYTES + length;
  }
  return events;
}

/** A meta.v1.WatchEvent without its length before it. */
export function protoEvent(frame: Buffer): WatchEvent {
  const [named, extension] = fieldsOf(frame);
  const [raw] = fieldsOf(extension!);
  const type = named!.toString();
  // Views go without an envelope, and so do errors beside them.
  if (!raw!.toString("latin1").startsWith("k8s\0")) {
    const struct = type === "ERROR" ? Status : PartialObjectMetadata;
    return { type, object: decodeProto(struct as never, raw!) };
  }
  return { type, object: enveloped(raw!) };
}

function enveloped(bytes: Buffer): unknown {
  const { apiVersion, kind, raw: message } = openProtoEnvelope(bytes);
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const struct =
    kind === "Status"
      ? Status
      : kind === "PartialObjectMetadata"
        ? PartialObjectMetadata
        : kindFor({ group, version, kind })?.struct;
  const object = struct ? (decodeProto(struct as never, message) as object) : { bytes: message.length };
  return { kind, apiVersion, ...object };
}

/** The length-delimited fields of a message, by the order of their numbers from 1 on. */
function fieldsOf(message: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < message.length; ) {
    const number = message[at]! >> 3;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[++at]!;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    fields[number - 1] = message.subarray(at + 1, at + 1 + length);
    at += 1 + length;
  }
  return fields;
}
