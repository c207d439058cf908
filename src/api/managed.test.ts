import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { comparePlainly, compareValues, KeylessError, setToFieldsV1, type Shape } from "../schema/apply/field-set.ts";
import {
  managedAfterUpdate,
  managedAfterUpdatePlainly,
  type ManagerEntry,
  objectShape,
} from "../schema/apply/managed-fields.ts";
import { groupVersion, type KindDefinition, kindFor } from "./index.ts";

const RECORDINGS = join(import.meta.dirname, "../../test/parity/kinds");

type Json = Record<string, unknown>;

interface Found {
  readonly kind: KindDefinition;
  readonly object: Json & { readonly metadata: Json };
}

/** Objects of served kinds in a recording that have managers. */
function objectsIn(value: unknown): Found[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  const { apiVersion, kind: name, metadata } = value as Json;
  if (typeof apiVersion !== "string" || !(metadata as Json | undefined)?.managedFields) return inner;
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const kind = kindFor({ group, version, kind: String(name) });
  return kind ? [{ kind, object: value as Found["object"] }, ...inner] : inner;
}

/** The same with one thing about it changed, for each of its fields but those that managers don't have. */
function* variants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    yield [];
    if (value.length > 1) yield value.toReversed();
    for (const [index, element] of value.entries())
      for (const other of variants(element)) yield value.toSpliced(index, 1, other);
    return;
  }
  if (typeof value !== "object" || value === null) {
    yield* [null, `${String(value)}x`, { a: 1 }];
    return;
  }
  yield { ...value, added: "x", other: { deep: [1] } };
  for (const [key, inner] of Object.entries(value)) {
    const { [key]: _, ...rest } = value as Json;
    yield rest;
    for (const other of variants(inner)) yield { ...value, [key]: other };
  }
}

function* changesOf({ metadata, ...rest }: Found["object"]): Generator<Json> {
  yield { ...rest, metadata };
  for (const other of variants(rest)) yield { ...(other as Json), metadata };
  const { managedFields, ...own } = metadata;
  for (const other of variants(own)) yield { ...rest, metadata: { ...(other as Json), managedFields } };
}

const KEYLESS = "an element has no key";

function comparedText(compare: typeof compareValues, shape: Shape, before: Json, after: Json): string {
  try {
    const { changed, removed } = compare(shape, before, after);
    return JSON.stringify([setToFieldsV1(changed), setToFieldsV1(removed)]);
  } catch (error) {
    if (error instanceof KeylessError) return KEYLESS;
    throw error;
  }
}

test("shortcuts of managed fields say what working them out says, for objects and what differs from them in one place", () => {
  const seen = new Set<KindDefinition>();
  let renewed = 0;
  let compared = 0;
  for (const file of readdirSync(RECORDINGS).sort()) {
    for (const { kind, object } of objectsIn(JSON.parse(readFileSync(join(RECORDINGS, file), "utf8")))) {
      if (seen.has(kind)) continue;
      seen.add(kind);
      const { struct } = kind;
      const shape = objectShape(struct);
      const before = object.metadata.managedFields as ManagerEntry[];
      const { manager, subresource = "" } = before.at(-1)!;
      const writers = [manager, "somebody"].map((name) => ({
        manager: name,
        apiVersion: groupVersion(kind),
        subresource,
        now: "2030-01-01T00:00:00Z",
      }));
      for (const after of changesOf(object)) {
        const [one, other] = [compareValues, comparePlainly].map((compare) =>
          comparedText(compare, shape, object, after),
        );
        assert.equal(one, other);
        compared++;
        for (const write of writers) {
          const update = { struct, before: object, after, write, versions: () => ({ struct }) };
          const entries = managedAfterUpdate(update);
          if (one === KEYLESS) {
            assert.deepEqual(entries, []);
            continue;
          }
          assert.deepEqual(entries, managedAfterUpdatePlainly(update), JSON.stringify(after));
          if (entries.some((entry) => before.some(({ fieldsV1 }) => fieldsV1 === entry.fieldsV1))) renewed++;
        }
      }
    }
  }
  assert.ok(
    seen.size > 20 && compared > 1000 && renewed > 300,
    `${seen.size} kinds, ${compared} compared, ${renewed} short`,
  );
});
