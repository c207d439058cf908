import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { kindFor, kinds } from "../../api/index.ts";
import { seededRandom } from "../../base/index.ts";
import { encodeProto, goJson, JsonToProto, type Node, ProtoWriter, rawNumber, type StructNode } from "../index.ts";

const encoder = new TextEncoder();
const transcoder = new JsonToProto();

function transcoded(struct: StructNode, json: string): Uint8Array {
  const writer = new ProtoWriter();
  transcoder.write(writer, struct, encoder.encode(json));
  return writer.finish();
}

function check(struct: StructNode, value: Record<string, unknown>, what: string): void {
  const json = goJson(value);
  const plain = encodeProto(struct, JSON.parse(json));
  assert.equal(
    Buffer.from(transcoded(struct, json)).toString("hex"),
    Buffer.from(plain).toString("hex"),
    `${what}: ${json}`,
  );
}

const { objects } = JSON.parse(readFileSync(new URL("../testdata/proto-vectors.json", import.meta.url), "utf8"));

for (const { json } of objects) {
  const [version, group = ""] = json.apiVersion.split("/").reverse();
  const kind = kindFor({ group, version, kind: json.kind });
  if (kind)
    test(`a recorded ${json.kind} has the bytes that the plain encoder writes`, () =>
      check(kind.struct, json, json.kind));
}

const TEXTS = [
  "",
  "a",
  "é",
  "\u2028<&>",
  'quo"te',
  "new\nline \\",
  "\u0001",
  "x".repeat(47),
  "y".repeat(49),
  "z".repeat(300),
  "😀",
];
const KEYS = ["b", "a", "10", "9", "é", "a/b", "<", 'q"', "ab", "😀", "\uffff", ""];
const LEVELS_MAX = 6;

/** Values of all forms that JSON of a type can have, nothing and null among them. */
class Made {
  readonly #random: ReturnType<typeof seededRandom>;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random.float() * of.length)]!;
  }

  struct(struct: StructNode, level: number): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const chance = level > LEVELS_MAX ? 0 : this.#one([0.15, 0.5, 0.9]) / Math.max(1, level - 1);
    for (const [name, { node, options }] of struct.fields) {
      if (options.inline) Object.assign(value, this.struct(node as StructNode, level));
      else if (this.#random.float() < chance) value[name] = this.node(node, level + 1);
    }
    return value;
  }

  node(node: Node, level: number): unknown {
    switch (node.kind) {
      case "struct":
        return this.struct(node, level);
      case "list":
        return Array.from({ length: this.#one([0, 1, 3]) }, () => this.node(node.element, level));
      case "map":
        return Object.fromEntries(
          Array.from({ length: this.#one([0, 1, 4, 20]) }, () => [this.#one(KEYS), this.node(node.value, level)]),
        );
      case "scalar":
        return this.#scalar(node.type);
    }
  }

  #scalar(type: Extract<Node, { kind: "scalar" }>["type"]): unknown {
    switch (type) {
      case "string":
        return this.#one(TEXTS);
      case "boolean":
        return this.#one([true, false]);
      case "int32":
      case "int64":
        return this.#one([0, 1, -1, 127, 128, 16_384, 2 ** 31 - 1, -(2 ** 31), 2 ** 53 - 1]);
      case "float64":
        return this.#one([0, 1.5, -1e30]);
      case "bytes":
        return Buffer.from(this.#one(TEXTS)).toString("base64");
      case "quantity":
        return this.#one(["0", "100m", "1Gi", "-5"]);
      case "intOrString":
        return this.#one([0, 80, -1, "http", ""]);
      case "time":
        return this.#one([
          "2026-11-25T20:00:00Z",
          "1970-01-01T00:00:00Z",
          "1969-12-31T23:59:59Z",
          "2000-02-29T12:30:01Z",
        ]);
      case "microTime":
        return this.#one(["2026-11-25T20:00:00.123456Z", "2026-11-25T20:00:00.000000Z"]);
      case "duration":
        return this.#one(["0s", "1h30m", "-5s"]);
      case "raw":
      case "any":
      case "deduced":
        return this.#one<unknown>([
          {},
          { a: [1, "two", null], 'k:{"name":"x"}': { b: true } },
          { html: "<&>" },
          { deep: [[{}]] },
        ]);
    }
  }
}

test("made-up objects of every kind have the bytes that the plain encoder writes", () => {
  for (const [index, kind] of kinds.entries())
    for (let turn = 0; turn < 12; turn++) {
      const made = new Made(index * 1000 + turn).struct(kind.struct, 0);
      check(kind.struct, { kind: kind.kind, apiVersion: kind.version, unknown: { field: ["x"] }, ...made }, kind.kind);
    }
});

test("fields in any order are written by number, null counts as none, large numbers stay exact", () => {
  const { struct } = kindFor({ group: "", version: "v1", kind: "Pod" })!;
  const json =
    '{"status":{"phase":"Running"},"spec":{"priority":null,"activeDeadlineSeconds":9007199254740993},"metadata":{"uid":"u","name":null}}';
  const exact = rawNumber("9007199254740993");
  const plain = encodeProto(struct, {
    metadata: { uid: "u" },
    spec: { activeDeadlineSeconds: exact },
    status: { phase: "Running" },
  });
  assert.deepEqual(Buffer.from(transcoded(struct, json)), Buffer.from(plain));
});

test("JSON that ends too early is refused", () => {
  const { struct } = kindFor({ group: "", version: "v1", kind: "Pod" })!;
  for (const json of ['{"metadata":{"name":"a', '{"metadata":{', '{"metadata":{"name":"a\\'])
    assert.throws(() => transcoded(struct, json), /read JSON: it ends in the middle/);
});
