/** Whatever a text or a stream holds, who reads it returns or throws what it says it throws, soon. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc, { type Arbitrary } from "fast-check";
import {
  canonicalQuantity,
  ConfigMap,
  CronError,
  type KindDefinition,
  nextCronTime,
  parseCron,
  parseFieldSelector,
  parseLabelSelector,
  QuantityError,
  SelectorError,
  StatusError,
} from "../../src/api/index.ts";
import { hasFormat } from "../../src/api/apiextensions/schema/formats.ts";
import { parseDuration as parseCelDuration } from "../../src/cel/index.ts";
import { frames } from "../../src/client/index.ts";
import { parseDuration as parseFlagDuration } from "../../src/cluster/flags/index.ts";
import type { ApiResponse, WatchFrame } from "../../src/net/index.ts";
import { ProtoError, setOwn } from "../../src/schema/index.ts";
import { decodeFrame } from "../../src/sim/watch-reader.ts";
import { EventEncoder } from "../../src/apiserver/watch/encode.ts";
import { VirtualClock } from "../../src/base/index.ts";
import { isPolluted, runs } from "./seed.ts";
import { ANY, KEYS } from "./values.ts";

const RUNS = 1500;
const CPU_MS_MAX = 200;

/** What `read` throws has to be of a class that callers expect, and it takes little of the thread's time. */
function readable<T>(read: (text: T) => unknown, expected: readonly (new (...args: never[]) => Error)[]) {
  return (text: T): void => {
    let took = cpuOf(() => attempt(read, text, expected));
    // Once more when it took long: the first time may have compiled what it runs, or collected garbage.
    if (took > CPU_MS_MAX) took = cpuOf(() => attempt(read, text, expected));
    assert.ok(took <= CPU_MS_MAX, `took ${took} ms of the thread's time`);
    assert.ok(!isPolluted());
  };
}

function cpuOf(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

function attempt<T>(read: (text: T) => unknown, text: T, expected: readonly (new (...args: never[]) => Error)[]): void {
  try {
    read(text);
  } catch (error) {
    if (!expected.some((type) => error instanceof type)) throw error;
  }
}

/** Texts made of a language's own pieces, of anything, and of one piece very often. */
function textsOf(...pieces: readonly string[]): Arbitrary<string> {
  const piece = fc.constantFrom(...pieces);
  return fc.oneof(
    { weight: 8, arbitrary: fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")) },
    { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(piece, piece, piece, fc.constantFrom(100, 30_000))
        .map(([first, often, last, count]) => first + often.repeat(count) + last),
    },
  );
}

/** The formats that strings of custom resources are checked against. */
const FORMATS = [
  ..."bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13".split(" "),
  ..."creditcard ssn hexcolor rgbcolor byte date duration datetime k8s-short-name k8s-long-name".split(" "),
];

suite("texts of small languages", () => {
  const holds = <T>(what: string, texts: Arbitrary<T>, check: (text: T) => void) =>
    test(what, () => fc.assert(fc.property(texts, check), runs(RUNS)));

  const selectors = textsOf(
    ..."a b app x.io/a = == != ! in notin ( ) , > < 1 - / . metadata.name \\ \\, \\= é __proto__ constructor".split(
      " ",
    ),
    " ",
  );
  holds("label selectors", selectors, readable(parseLabelSelector, [SelectorError]));
  holds("field selectors", selectors, readable(parseFieldSelector, [SelectorError]));
  const quantities = textsOf(..."0 1 9 00 000 . - + e E e3 E-5 e99 Ki Mi Ei m u n k M G T P E".split(" "), " ");
  holds("quantities, which are canonical after the first time", quantities, (text) =>
    readable(
      (one: string) => {
        const canonical = canonicalQuantity(one);
        assert.equal(canonicalQuantity(canonical), canonical);
      },
      [QuantityError],
    )(text),
  );
  const schedules = textsOf(
    ..."* 0 1 5 59 60 31 12 7 99999999999 / - , ? L # @every @daily @ 1h 1s -1s 1.5h 0 TZ=UTC CRON_TZ= TZ=x mon JAN".split(
      " ",
    ),
    " ",
    "* * * * ",
  );
  holds(
    "schedules",
    schedules,
    readable((one: string) => nextCronTime(parseCron(one), 0), [CronError]),
  );
  const durations = textsOf(
    ..."0 1 9 00 999999999999 1.5 .5 1. . - + ns us µs μs ms s m h d w day weeks hours x é".split(" "),
    " ",
  );
  for (const [what, read] of [
    ["in flags", parseFlagDuration],
    ["in expressions", parseCelDuration],
    ["of schedules", (one: string) => parseCron(`@every ${one}`)],
  ] as const)
    holds(`durations ${what}`, durations, readable<string>(read, [CronError]));
  const formatted = fc.oneof(
    durations,
    textsOf(..."0 1 9 a f G é @ . - : / , ; T t Z +01:00 < > ( ) [ ] rgb( # % \\ \u0000 é".split(" "), " ", "\t"),
  );
  for (const format of FORMATS)
    holds(
      `strings with the format ${format}`,
      formatted,
      readable((one: string) => hasFormat(format, one), []),
    );
});

const EVENTS: Arbitrary<readonly WatchFrame[]> = fc.array(
  fc.record({
    type: fc.constantFrom("ADDED", "MODIFIED", "DELETED", "BOOKMARK"),
    object: fc.array(fc.tuple(KEYS, fc.string({ unit: "grapheme", maxLength: 8 })), { maxLength: 4 }).map(configMap),
  }),
  { maxLength: 6 },
);

function configMap(entries: readonly (readonly [string, string])[]): unknown {
  const data: Record<string, unknown> = {};
  for (const [key, value] of entries) setOwn(data, key, value);
  return { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "a" }, data };
}

type Encoding = "json" | "protobuf";

function encoded(events: readonly WatchFrame[], encoding: Encoding): Uint8Array {
  const format = { encoding, as: "object", pretty: false } as const;
  const kind = ConfigMap as unknown as KindDefinition;
  const query = new URLSearchParams();
  const encoder = new EventEncoder({ kind, hub: kind, format, query, clock: new VirtualClock() });
  return encoder.encodeAlone(events.map(({ object }) => ({ type: "BOOKMARK", object })));
}

/** The bytes in pieces cut at these places. */
async function* cut(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  const at = [...places.map((place) => place % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
  for (let index = 1; index < at.length; index++) yield bytes.subarray(at[index - 1], at[index]);
}

async function framesOf(encoding: Encoding, chunks: AsyncIterable<Uint8Array>): Promise<WatchFrame[]> {
  const type = encoding === "json" ? "application/json" : "application/vnd.kubernetes.protobuf;stream=watch";
  const response: ApiResponse = { status: 200, headers: { "content-type": type }, body: { type: "stream", chunks } };
  const all: WatchFrame[] = [];
  for await (const batch of frames(response, decodeFrame)) all.push(...batch);
  return all;
}

const PLACES = fc.array(fc.nat(2000), { maxLength: 8 });

suite("streams of watch events", () => {
  for (const encoding of ["json", "protobuf"] as const) {
    test(`${encoding}, cut anywhere, say what was put in`, () =>
      fc.assert(
        fc.asyncProperty(EVENTS, PLACES, async (events, places) => {
          const heard = await framesOf(encoding, cut(encoded(events, encoding), places));
          const text = (all: readonly WatchFrame[]) => all.map(({ object }) => JSON.stringify(object, sortKeys));
          assert.deepEqual(text(heard), text(events));
        }),
        runs(300),
      ));

    test(`${encoding}, damaged, end or fail`, () =>
      fc.assert(
        fc.asyncProperty(EVENTS, PLACES, fc.nat(2000), fc.nat(255), async (events, places, at, byte) => {
          const bytes = encoded(events, encoding).slice();
          if (bytes.length > 0) bytes[at % bytes.length] = byte;
          await framesOf(encoding, cut(bytes, places)).catch((error) => {
            assert.ok(error instanceof StatusError || error instanceof ProtoError, String(error));
          });
          assert.ok(!isPolluted());
        }),
        runs(600),
      ));
  }

  test("anything at all", () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 60 }), ANY.map(line)), async (bytes) => {
        for (const encoding of ["json", "protobuf"] as const)
          await framesOf(encoding, cut(bytes, [])).catch((error) => {
            assert.ok(error instanceof StatusError || error instanceof ProtoError, String(error));
          });
        assert.ok(!isPolluted());
      }),
      runs(600),
    ));
});

const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);

/** Keys in order, without what protobuf can't tell from nothing. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const isNothing = (one: unknown) => !one || (typeof one === "object" && Object.keys(one).length === 0);
  return Object.entries(value)
    .filter(([, one]) => !isNothing(one))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
