/** Whatever YAML is made of, it is read or refused, soon, and in steps as at once; what is written reads back. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc, { type Arbitrary } from "fast-check";
import { stringify } from "yaml";
import { readYaml, readYamlInSteps, YamlError, yamlText } from "../../src/apiserver/yaml/index.ts";
import { goJson } from "../../src/schema/index.ts";
import { isPolluted, runs } from "./seed.ts";
import { ANY } from "./values.ts";

const RUNS = 1500;
const CPU_MS_MAX = 200;

const PIECES = [
  ...["a", "b: ", "- ", "-", "? ", "?", ": ", ":", "[", "]", "{", "}", ",", "\n", "\n  ", "\n    ", " ", "\t", "# c"],
  ...["&x ", "*x", "!!str ", "!!binary ", "!t ", "!", "|\n", "|2-\n  ", ">+\n ", "'", '"', "\\", "\\x41", "\\\n", "%"],
  ...["---\n", "...\n", "%YAML 1.1\n", "%TAG !e! tag:x,1:\n", "!e!y ", "<<: ", "<<: *x", "\r\n", "\u0085", "\u2028"],
  ...["é", "😀", "~", "0x1F", "1_0", "9".repeat(30), ".inf", "2020-01-01", "__proto__: ", "constructor: ", "\ufeff"],
];

const SOUP: Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join("")) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...PIECES), fc.integer({ min: 1, max: 30_000 }))
      .map(([one, n]) => one.repeat(n)),
  },
);

/** In any encoding, at times with a byte that is none of a character. */
const BYTES: Arbitrary<Buffer> = fc
  .tuple(SOUP, fc.constantFrom("utf8", "utf8", "utf8", "utf16le", "utf16be", "damaged"), fc.nat())
  .map(([text, encoding, at]) => {
    if (encoding === "utf8") return Buffer.from(text);
    if (encoding === "damaged") {
      const bytes = Buffer.from(text);
      if (bytes.length > 0) bytes[at % bytes.length] = (at >> 8) % 256;
      return bytes;
    }
    const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
    return encoding === "utf16le" ? bytes : bytes.swap16();
  });

async function outcome(read: () => unknown): Promise<string> {
  try {
    return goJson(await read());
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return error.message;
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

suite("YAML", () => {
  test("is read or refused soon, in steps as at once, and changes nothing that all objects share", async () => {
    await fc.assert(
      fc.asyncProperty(BYTES, fc.integer({ min: 1, max: 5 }), async (bytes, partsMax) => {
        const before = cpuMs();
        let whole = await outcome(() => readYaml(bytes));
        if (cpuMs() - before > CPU_MS_MAX) {
          // Once more: the first time may have compiled what it runs, or collected garbage.
          const again = cpuMs();
          whole = await outcome(() => readYaml(bytes));
          assert.ok(cpuMs() - again < CPU_MS_MAX);
        }
        const steps = bytes.length > 10_000 ? 1000 : partsMax;
        assert.equal(await outcome(() => readYamlInSteps(bytes, async () => {}, steps)), whole);
        assert.ok(!isPolluted());
      }),
      runs(RUNS),
    );
  });

  test("that is written here reads back as it was", () => {
    fc.assert(
      fc.property(ANY, (value) => {
        assert.equal(goJson(readYaml(Buffer.from(yamlText(value))).value), goJson(inOrder(value)));
      }),
      runs(RUNS),
    );
  });

  test("that others write is read as it was meant", () => {
    const styles = [
      { collectionStyle: "flow" },
      { defaultStringType: "QUOTE_DOUBLE" },
      { defaultStringType: "BLOCK_LITERAL", defaultKeyType: "PLAIN" },
      { indentSeq: false },
    ] as const;
    fc.assert(
      fc.property(ANY.filter(isUsual), fc.constantFrom(...styles), (inner, style) => {
        // A block that is a document by itself may be indented by nothing there.
        const value = { inner };
        const text = stringify(value, { ...style, version: "1.1" });
        const { value: read } = readYaml(Buffer.from(text));
        assert.equal(goJson(read), goJson(inOrder(value)), text);
      }),
      runs(RUNS / 5),
    );
  });
});

/** Whether there are no line ends of YAML 1.1 in it that its writer takes for letters. */
function isUsual(value: unknown): boolean {
  return !/[\u0085\u2028\u2029]/.test(JSON.stringify(value));
}

/** With the keys of objects in order, as what was read has them. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, inOrder(inner)]),
  );
}
