import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTime, parseTime } from "../../../base/index.ts";
import { CronError, nextCronTime, parseCron } from "./cron.ts";

function following(schedule: string, after: string, count: number, zone?: string): string[] {
  const parsed = parseCron(schedule);
  const times: string[] = [];
  let at: number | undefined = parseTime(after);
  while (times.length < count) {
    at = nextCronTime(parsed, at, zone);
    if (at === undefined) return [...times, "never"];
    times.push(formatTime(at));
  }
  return times;
}

test("times follow the five fields", () => {
  const cases: readonly (readonly [string, string, ...string[]])[] = [
    ["*/15 * * * *", "2024-01-01T00:14:59Z", "2024-01-01T00:15:00Z", "2024-01-01T00:30:00Z"],
    ["*/15 * * * *", "2024-01-01T00:15:00Z", "2024-01-01T00:30:00Z"],
    ["0 0 29 2 *", "2024-03-01T00:00:00Z", "2028-02-29T00:00:00Z"],
    ["0 12 13 * fri", "2024-09-10T00:00:00Z", "2024-09-13T12:00:00Z", "2024-09-20T12:00:00Z"],
    ["0 0 * * 1", "2024-01-01T00:00:00Z", "2024-01-08T00:00:00Z"],
    ["59 23 31 12 ?", "2024-12-31T23:59:00Z", "2025-12-31T23:59:00Z"],
    ["5/20 1-3 * jan,feb *", "2024-02-29T03:44:00Z", "2024-02-29T03:45:00Z", "2025-01-01T01:05:00Z"],
    ["@weekly", "2024-01-01T00:00:00Z", "2024-01-07T00:00:00Z"],
    ["@every 1h30m", "2024-01-01T00:00:00Z", "2024-01-01T01:30:00Z", "2024-01-01T03:00:00Z"],
    ["0 0 30 2 *", "2024-01-01T00:00:00Z", "never"],
  ];
  for (const [schedule, after, ...expected] of cases)
    assert.deepEqual(following(schedule, after, expected.length), expected, schedule);
});

test("a skipped hour brings nothing, a repeated one twice", () => {
  const berlin = "Europe/Berlin";
  assert.deepEqual(following("30 2 * * *", "2024-03-30T12:00:00Z", 1, berlin), ["2024-04-01T00:30:00Z"]);
  assert.deepEqual(following("30 2 * * *", "2024-10-26T12:00:00Z", 3, berlin), [
    "2024-10-27T00:30:00Z",
    "2024-10-27T01:30:00Z",
    "2024-10-28T01:30:00Z",
  ]);
  assert.deepEqual(following("0 0 * * 1", "2024-03-28T12:00:00Z", 1, berlin), ["2024-03-31T22:00:00Z"]);
  // Midnight of the first day of summer time doesn't exist in Beirut.
  assert.deepEqual(following("0 0,1 31 3 *", "2024-03-30T00:00:00Z", 1, "Asia/Beirut"), ["2024-03-30T22:00:00Z"]);
  assert.deepEqual(following("CRON_TZ=Asia/Tokyo 0 9 * * *", "2024-01-01T00:00:01Z", 1), ["2024-01-02T00:00:00Z"]);
});

test("what can't be read says why", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "empty spec string"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["@never", "unrecognized descriptor: @never"],
    ["@every x", 'failed to parse duration @every x: time: invalid duration "x"'],
    ["@every 5", 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ["@every 5y", 'failed to parse duration @every 5y: time: unknown unit "y" in duration "5y"'],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["1/2/3 * * * *", "too many slashes: 1/2/3"],
    ["a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ["*/-1 * * * *", "negative number (-1) not allowed: -1"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["* 24 * * *", "end of range (24) above maximum (23): 24"],
    ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
  ];
  for (const [schedule, message] of cases) assert.throws(() => parseCron(schedule), new CronError(message), schedule);
});
