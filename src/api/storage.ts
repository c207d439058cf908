import type { Draft } from "../schema/index.ts";
import { groupVersion, type KindDefinition, type KindStorage } from "./kind.ts";

type Json = Record<string, unknown>;

/** Conversions between a version and its hub; kind and apiVersion are set by the caller. */
export interface Conversions<T, H> {
  readonly toHub: (object: T) => Draft<H>;
  readonly fromHub: (object: H) => Draft<T>;
}

/** Says which version of a kind another one is stored as; without conversions both have the same shape. */
export function storedAs<H, T = unknown>(hub: KindDefinition<H>, conversions?: Conversions<T, H>): KindStorage {
  return { hub, ...conversions } as unknown as KindStorage;
}

/** The version of a kind that is stored: the kind itself unless it says otherwise. */
export function hubOf(kind: KindDefinition): KindDefinition {
  return kind.storage?.hub ?? kind;
}

/** An object of a version in its hub's form. */
export function toHub(kind: KindDefinition, object: Json): Json {
  const { storage } = kind;
  if (!storage) return object;
  const { kind: _, apiVersion: __, ...rest } = storage.toHub?.(object) ?? object;
  return { ...typeOf(storage.hub), ...rest };
}

/** A stored object in the form of a version. */
export function fromHub(kind: KindDefinition, object: Json): Json {
  const { storage } = kind;
  if (!storage) return object;
  const { kind: _, apiVersion: __, ...rest } = storage.fromHub?.(object) ?? object;
  return { ...typeOf(kind), ...rest };
}

function typeOf(kind: KindDefinition): Json {
  return { kind: kind.kind, apiVersion: groupVersion(kind) };
}
