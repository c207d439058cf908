import { type CustomVersions, groupVersion, type KindDefinition, statusError } from "../../api/index.ts";
import { applyDefaults, decodeJson, dropNulls, type StructNode } from "../../schema/index.ts";

type Json = Record<string, unknown>;

/** A stored custom object as the version knows it in which it was stored: pruned, with that version's defaults. */
export function asStored({ structOf }: CustomVersions, stored: Json): Json {
  const apiVersion = String(stored.apiVersion);
  const struct = structOf(apiVersion);
  if (!struct) throw noVersion("from", apiVersion);
  const object = pruned(struct, stored);
  applyDefaults(struct, object);
  return typed(object, stored, apiVersion);
}

/** An object that differs from one in another version in nothing but what that one knows. */
function renamed({ structOf }: CustomVersions, object: Json, apiVersion: string): Json {
  const struct = structOf(apiVersion);
  if (!struct) throw noVersion("to", apiVersion);
  const made = pruned(struct, object);
  dropNulls(struct, made);
  return typed(made, object, apiVersion);
}

/** An object in another version; the same where it is in that one. */
export async function inVersion(versions: CustomVersions, object: Json, apiVersion: string): Promise<Json> {
  if (object.apiVersion === apiVersion) return object;
  if (!versions.convert) return renamed(versions, object, apiVersion);
  if (!versions.structOf(apiVersion)) throw noVersion("to", apiVersion);
  return renamed(versions, await versions.convert(object, apiVersion), apiVersion);
}

/** The same with what that version doesn't know, where nobody converts it. */
export async function respoken(versions: CustomVersions, object: Json, apiVersion: string): Promise<Json> {
  if (versions.convert || !versions.structOf(apiVersion)) return inVersion(versions, object, apiVersion);
  return typed(object, object, apiVersion);
}

/** An object of a kind that users define as it is to be stored. */
export function toStored({ custom }: KindDefinition, object: Json): Json | Promise<Json> {
  if (!custom) return object;
  const { versions } = custom;
  return versions.convert && object.apiVersion !== versions.stored
    ? inVersion(versions, unversioned(object), versions.stored)
    : renamed(versions, object, versions.stored);
}

/** What is converted on its way to or from the store doesn't say which state of it it is: that is the store's to say. */
export function unversioned(object: Json): Json {
  const { resourceVersion: _, ...metadata } = object.metadata as Json;
  return { ...object, metadata };
}

/** Whether it takes someone else to show what is stored in this version. */
export function isConverted(kind: KindDefinition): boolean {
  return kind.custom?.versions.convert !== undefined;
}

/** Whether kinds are versions of one definition. */
export function isSibling(one: KindDefinition, other: KindDefinition): boolean {
  return one.custom !== undefined && one.custom.versions === other.custom?.versions;
}

const pruned = (struct: StructNode, object: Json): Json =>
  decodeJson(struct, object, { quantity: (text) => text }).value;

function typed({ kind: _, apiVersion: __, ...object }: Json, { kind }: Json, apiVersion: string): Json {
  return { kind, apiVersion, ...object };
}

function noVersion(way: "from" | "to", apiVersion: string): Error {
  const message = `request to convert CR ${way} an invalid group/version: ${apiVersion}`;
  return statusError({ code: 500, reason: "", message });
}

/** A stored object in a version that differs from the one that it is stored in by name only. */
export function shownAs(kind: KindDefinition, stored: Json): Json {
  const { versions } = kind.custom!;
  const object = asStored(versions, stored);
  const apiVersion = groupVersion(kind);
  return object.apiVersion === apiVersion ? object : renamed(versions, object, apiVersion);
}
