import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { applyDefaults, decodeJson, isCanonical } from "../schema/index.ts";
import { canonicalQuantity, type KindDefinition, kindFor } from "./index.ts";

const RECORDINGS = join(import.meta.dirname, "../../test/parity/kinds");
const OPTIONS = { quantity: canonicalQuantity };

type Json = Record<string, unknown>;

/** All objects of served kinds in a recording, however deep. */
function objectsIn(value: unknown): { readonly kind: KindDefinition; readonly object: Json }[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  const { apiVersion, kind: name, metadata } = value as Json;
  if (typeof apiVersion !== "string" || typeof name !== "string" || typeof metadata !== "object") return inner;
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const kind = kindFor({ group, version, kind: name });
  return kind ? [{ kind, object: value as Json }, ...inner] : inner;
}

function decoded(kind: KindDefinition, object: unknown): Json | undefined {
  try {
    return decodeJson(kind.struct, object, OPTIONS).value;
  } catch {
    return undefined;
  }
}

/** What is called canonical must be what decoding it makes of it. */
function check(kind: KindDefinition, object: unknown): boolean {
  if (!isCanonical(kind.struct, object, OPTIONS)) return false;
  assert.equal(JSON.stringify(decoded(kind, object)), JSON.stringify(object));
  return true;
}

/** The same object with one thing about it changed, for each of its fields. */
function* variants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    yield [];
    yield [...value, null];
    for (const [index, element] of value.entries())
      for (const other of variants(element)) yield value.toSpliced(index, 1, other);
    return;
  }
  if (typeof value !== "object" || value === null) {
    yield* [null, "", 0, 1.5, true, "x", [], {}, undefined, "1000m", "2026-01-01T00:00:00+01:00"];
    return;
  }
  const entries = Object.entries(value);
  yield {};
  yield Object.fromEntries(entries.toReversed());
  yield { ...value, unknown: 1 };
  for (const [index, [key, inner]] of entries.entries()) {
    yield Object.fromEntries(entries.toSpliced(index, 1));
    for (const other of variants(inner)) yield { ...value, [key]: other };
  }
}

test("what is called canonical is what decoding makes of it, on recorded objects and what differs from them in one place", () => {
  const seen = new Set<KindDefinition>();
  let canonical = 0;
  let all = 0;
  for (const file of readdirSync(RECORDINGS).sort()) {
    for (const { kind, object } of objectsIn(JSON.parse(readFileSync(join(RECORDINGS, file), "utf8")))) {
      const given = decoded(kind, object);
      if (!given) continue;
      applyDefaults(kind.struct, given);
      const value = decoded(kind, given);
      check(kind, object);
      check(kind, given);
      all++;
      if (check(kind, value)) canonical++;
      if (seen.has(kind)) continue;
      seen.add(kind);
      for (const variant of variants(value)) check(kind, variant);
    }
  }
  assert.ok(seen.size > 50, `${seen.size} kinds`);
  assert.equal(canonical, all);
});
