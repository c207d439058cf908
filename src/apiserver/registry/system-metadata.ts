import { type KindDefinition, type KubeObject, statusError } from "../../api/index.ts";
import { DecodeError, decodeJson } from "../../schema/index.ts";
import { OF_THE_SERVER } from "../http/posted.ts";

type Json = Record<string, unknown>;
type Meta = Record<string, unknown>;

/** The metadata of an object of users' that nobody has read yet; what is wrong with it is told as it is. */
export function readMetadata({ struct }: KindDefinition, { metadata }: Json): unknown {
  try {
    return decodeJson(struct, { metadata }, { quantity: (text) => text }).value.metadata;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw statusError({ code: 500, reason: "", message: error.message }, { cause: error });
  }
}

/** What is to be stored has the version that it takes the place of, whether or not the client named it. */
export function withVersion(object: Json, { metadata: { resourceVersion } }: KubeObject): Json {
  return { ...object, metadata: { ...(object.metadata as Meta), resourceVersion } };
}

/** What only the server says of a new object. */
export function clearSystemMetadata(metadata: Meta): void {
  for (const key of OF_THE_SERVER) delete metadata[key];
}

/** What only the server sets stays as it is. */
export function keepSystemMetadata(metadata: Meta, old: KubeObject): void {
  const before = old.metadata as Meta;
  // Another uid is no update of this object; validation says so.
  metadata.uid ||= before.uid;
  for (const key of ["creationTimestamp", "generation"]) {
    if (before[key] === undefined) delete metadata[key];
    else metadata[key] = before[key];
  }
  // So it does of these; left out, or for a time that there is one already, they stay as they are.
  if (before.deletionTimestamp !== undefined) metadata.deletionTimestamp = before.deletionTimestamp;
  if (before.deletionGracePeriodSeconds !== undefined)
    metadata.deletionGracePeriodSeconds ??= before.deletionGracePeriodSeconds;
  delete metadata.resourceVersion;
}

/** Whether nothing keeps the object: its deletion has begun, its time is over and no finalizer is left. */
export function isGone(object: Json): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata as Meta;
  if (deletionTimestamp === undefined || (Array.isArray(finalizers) && finalizers.length > 0)) return false;
  if (object.kind === "Namespace") return !((object.spec as Json).finalizers as unknown[] | undefined)?.length;
  return deletionGracePeriodSeconds === 0 || deletionGracePeriodSeconds === undefined;
}
