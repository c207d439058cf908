import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, wallTime } from "./time-zone.ts";

const at = (text: string) => Date.parse(text);

test("names of time zones are exact", () => {
  for (const name of ["UTC", "Etc/UTC", "Europe/Berlin", "US/Pacific", "Etc/GMT+5", "W-SU"])
    assert.ok(isTimeZone(name), name);
  for (const name of ["Mars/Base", "", "europe/berlin", "EUROPE/BERLIN", "+01:00", "../UTC"])
    assert.ok(!isTimeZone(name), name);
});

test("wall clocks follow the calendar and summer time", () => {
  assert.deepEqual(wallTime(at("2024-02-29T23:59:30Z"), "UTC"), {
    year: 2024,
    month: 2,
    day: 29,
    weekday: 4,
    hour: 23,
    minute: 59,
  });
  const hourIn = (zone: string, text: string) => wallTime(at(text), zone).hour;
  assert.equal(hourIn("Europe/Berlin", "2024-03-31T00:59:00Z"), 1);
  assert.equal(hourIn("Europe/Berlin", "2024-03-31T01:00:00Z"), 3);
  assert.equal(wallTime(at("1969-12-31T23:00:00Z"), "UTC").year, 1969);
  assert.equal(wallTime(at("2024-12-31T23:30:00Z"), "Asia/Kolkata").minute, 0);
});

test("every day of four centuries has its date", () => {
  for (let day = -100_000; day < 50_000; day += 37) {
    const { year, month, day: ofMonth, weekday } = wallTime(day * 86_400_000, "UTC");
    const date = new Date(day * 86_400_000);
    assert.deepEqual(
      [year, month, ofMonth, weekday],
      [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay()],
    );
  }
});
