import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalMicroTime, canonicalTime, DecodeError } from "./decode.ts";
import { readMicroTime, readTime, TimeError } from "./time.ts";

const iso = (text: string) => new Date(readTime(text).ms).toISOString();

test("times with zones, fractions and hours of one digit", () => {
  assert.equal(iso("2020-02-20T04:50:50Z"), "2020-02-20T04:50:50.000Z");
  assert.equal(iso("2020-02-20T4:50:50Z"), "2020-02-20T04:50:50.000Z");
  assert.equal(iso("2020-02-20T00:50:50+01:00"), "2020-02-19T23:50:50.000Z");
  assert.equal(iso("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00.000Z");
  assert.equal(readTime("2020-02-20T04:50:50.1234567Z").fraction, "1234567");
  assert.equal(readMicroTime("2020-02-20T04:50:50.123456Z").fraction, "123456");
});

const LAYOUT = "2006-01-02T15:04:05Z07:00";
const REFUSED: readonly (readonly [string, string])[] = [
  ["", `"" as "${LAYOUT}": cannot parse "" as "2006"`],
  ['é\n"', String.raw`"\xc3\xa9\x0a\"" as "${LAYOUT}": cannot parse "\xc3\xa9\x0a\"" as "2006"`],
  ["2001:db8::1", `"2001:db8::1" as "${LAYOUT}": cannot parse ":db8::1" as "-"`],
  ["2020-1-02T00:00:00Z", `"2020-1-02T00:00:00Z" as "${LAYOUT}": cannot parse "1-02T00:00:00Z" as "01"`],
  ["2020-13-02T00:00:00Z", '"2020-13-02T00:00:00Z": month out of range'],
  ["2020-02-30T00:00:00Z", '"2020-02-30T00:00:00Z": day out of range'],
  ["2020-02-20T24:00:00Z", '"2020-02-20T24:00:00Z": hour out of range'],
  ["2020-02-20T04:60:00Z", '"2020-02-20T04:60:00Z": minute out of range'],
  ["2020-02-20T04:50:60Z", '"2020-02-20T04:50:60Z": second out of range'],
  ["2020-02-20T04:50", `"2020-02-20T04:50" as "${LAYOUT}": cannot parse "" as ":"`],
  ["2020-02-20T04:50:50.Z", `"2020-02-20T04:50:50.Z" as "${LAYOUT}": cannot parse ".Z" as "Z07:00"`],
  ["2020-02-20T04:50:50+25:00", '"2020-02-20T04:50:50+25:00": time zone offset hour out of range'],
  ["2020-02-20T04:50:50Zx", '"2020-02-20T04:50:50Zx": extra text: "x"'],
];

test("what can't be read is told as the original does", () => {
  for (const [text, told] of REFUSED) assert.throws(() => readTime(text), { message: `parsing time ${told}` });
  assert.throws(() => readMicroTime("2020-02-20T04:50:50x"), {
    message: 'parsing time "2020-02-20T04:50:50x" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "x" as ".000000"',
  });
});

const two = (value: number) => String(value).padStart(2, "0");
const CLOCKS = ["23:59:59", "3:04:05", "24:00:00", "12:60:00", "12:00:60"];

/** What a function makes of a text, or why it refuses. */
function told(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof DecodeError || error instanceof TimeError) return error.message;
    throw error;
  }
}

test("times that are taken as they are would be read as they are", () => {
  const seconds = (text: string) => new Date(readTime(text).ms).toISOString().slice(0, 19);
  for (const year of ["0000", "2024", "2026"])
    for (let month = 0; month <= 13; month++)
      for (let day = 0; day <= 32; day++)
        for (const clock of CLOCKS) {
          const text = `${year}-${two(month)}-${two(day)}T${clock}`;
          assert.equal(
            told(() => canonicalTime(`${text}Z`)),
            told(() => `${seconds(`${text}Z`)}Z`),
          );
          assert.equal(
            told(() => canonicalMicroTime(`${text}.123450Z`)),
            told(() => {
              const { ms, fraction } = readMicroTime(`${text}.123450Z`);
              return `${new Date(ms).toISOString().slice(0, 19)}.${fraction}Z`;
            }),
          );
        }
});
