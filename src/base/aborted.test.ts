import assert from "node:assert/strict";
import { test } from "node:test";
import { onAbort, whenAborted } from "./aborted.ts";

test("who waits for a signal hears of it once and in turn, unless it has taken that back", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const heard: string[] = [];
  onAbort(signal, () => heard.push("a"));
  const forget = onAbort(signal, () => heard.push("b"));
  let forgetLast = () => {};
  onAbort(signal, () => {
    heard.push("c");
    forgetLast();
  });
  forgetLast = onAbort(signal, () => heard.push("d"));
  const rejected = assert.rejects(whenAborted(signal), { message: "over" });
  forget();
  forget();
  controller.abort(new Error("over"));
  controller.abort(new Error("again"));
  assert.deepEqual(heard, ["a", "c"]);
  await rejected;
  await assert.rejects(whenAborted(signal), { message: "over" });
});
