/** Whatever an object holds, every form of it says the same. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc, { type Arbitrary } from "fast-check";
import { behaviorOf, canonicalQuantity, groupVersion, type KindDefinition, kinds } from "../../src/api/index.ts";
import {
  fieldsAt,
  applyConfig,
  applyDefaults,
  decodeJson,
  decodeProto,
  encodeProtoObject,
  openProtoEnvelope,
  parseJson,
  setOwn,
} from "../../src/schema/index.ts";
import { blankOf } from "../../src/apiserver/registry/resets.ts";
import { fromYaml } from "../../src/apiserver/http/body.ts";
import { yamlText } from "../../src/apiserver/yaml/index.ts";
import { isPolluted, runs } from "./seed.ts";
import { valueOf } from "./values.ts";

type Json = Record<string, any>;

const RUNS_PER_KIND = 40;
const YAML_RUNS_PER_KIND = 10;
const NOW = "2026-01-01T00:00:00Z";

/** An object of the kind in canonical form, and how it was written. */
function objectOf(kind: KindDefinition): Arbitrary<{ readonly sent: Json; readonly object: Json }> {
  return valueOf(kind.struct).map((value) => {
    const { metadata, ...rest } = value as Json;
    const { managedFields: _, ...meta } = metadata ?? {};
    const sent = { ...rest, apiVersion: groupVersion(kind), kind: kind.kind, metadata: { ...meta, name: "x" } };
    return { sent, object: canonical(kind, sent) };
  });
}

function canonical(kind: KindDefinition, value: unknown): Json {
  return decodeJson(kind.struct, value, { quantity: canonicalQuantity }).value;
}

/** Fails with the two objects as JSON: whether a key is own is what matters. */
function same(actual: unknown, expected: unknown, what: string): void {
  assert.deepEqual(JSON.parse(JSON.stringify(actual), ownKeys), JSON.parse(JSON.stringify(expected), ownKeys), what);
}

/** `__proto__` as a key that comparisons see. */
function ownKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "__proto__")) return value;
  return { ...Object.fromEntries(Object.entries(value).map(([key, one]) => [`own:${key}`, one])) };
}

function defaulted(kind: KindDefinition, object: Json): Json {
  const copy = copyOf(object) as Json;
  applyDefaults(kind.struct, copy);
  behaviorOf(kind).setDefaults?.(copy as never);
  return copy;
}

/** A copy that keeps own `__proto__` keys. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  const copy = {};
  for (const [key, one] of Object.entries(value)) setOwn(copy, key, copyOf(one));
  return copy;
}

function applied(kind: KindDefinition, live: Json | undefined, config: Json, manager: string): Json {
  const apiVersion = groupVersion(kind);
  const write = { manager, operation: "Apply" as const, apiVersion, subresource: "", now: NOW };
  const versions = (version: string) => (version === apiVersion ? { struct: kind.struct } : undefined);
  return applyConfig({
    struct: kind.struct,
    live,
    config,
    write,
    versions,
    blank: blankOf(kind),
    ignored: fieldsAt([]),
    force: false,
  });
}

suite("objects of every kind", () => {
  for (const kind of kinds) {
    const name = `${groupVersion(kind)} ${kind.kind}`;
    const check = (what: string, holds: (one: { sent: Json; object: Json }) => void) =>
      test(`${name}: ${what}`, () => {
        fc.assert(fc.property(objectOf(kind), holds), runs(RUNS_PER_KIND));
        assert.ok(!isPolluted());
      });

    const checkLater = (what: string, holds: (one: { sent: Json; object: Json }) => Promise<void>) =>
      test(`${name}: ${what}`, async () => {
        await fc.assert(fc.asyncProperty(objectOf(kind), holds), runs(YAML_RUNS_PER_KIND));
        assert.ok(!isPolluted());
      });

    check("what is canonical stays so, also through JSON", ({ object }) => {
      same(canonical(kind, object), object, "decoded again");
      const parsed = parseJson(JSON.stringify(object));
      assert.deepEqual(parsed.duplicates, []);
      same(parsed.value, object, "parsed");
    });

    checkLater("YAML says the same", async ({ object }) => {
      const { value, duplicates } = await fromYaml(Buffer.from(yamlText(object)), {
        isLarge: false,
        turn: async () => {},
      });
      assert.deepEqual(duplicates, []);
      same(canonical(kind, value), object, "read as YAML");
    });

    if (kind.struct.proto !== undefined)
      check("protobuf says the same", ({ object }) => {
        const envelope = openProtoEnvelope(encodeProtoObject(kind.struct, object as never));
        const { kind: ofKind, apiVersion, raw } = envelope;
        const decoded = { kind: ofKind, apiVersion, ...decodeProto(kind.struct, raw) };
        same(canonical(kind, decoded), object, "decoded");
      });

    check("defaults are there after the first time", ({ object }) => {
      const once = defaulted(kind, object);
      same(defaulted(kind, once), once, "defaulted again");
    });

    check("who applies the same again changes nothing, and nobody else conflicts", ({ object }) => {
      const first = applied(kind, undefined, object, "first");
      same(applied(kind, first, object, "first"), first, "applied again");
      const second = applied(kind, first, object, "second");
      same({ ...second, metadata: null }, { ...first, metadata: null }, "applied by another");
    });
  }
});
