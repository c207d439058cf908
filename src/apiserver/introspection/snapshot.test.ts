import assert from "node:assert/strict";
import { test } from "node:test";
import { compactHandler, revisionHandler } from "./snapshot.ts";

type Call = Parameters<ReturnType<typeof compactHandler>>[0];

const call = (method: string, query = "") => ({ request: { method }, query: new URLSearchParams(query) }) as Call;
const bodyOf = async (answer: ReturnType<ReturnType<typeof compactHandler>>) => {
  const { body } = await answer;
  return body.type === "bytes" ? JSON.parse(Buffer.from(body.bytes).toString()) : body.type === "object" && body.value;
};

test("a POST compacts a store that keeps files; one that doesn't says so", async () => {
  let compactions = 0;
  const handle = compactHandler(async () => {
    compactions++;
    return 42;
  });
  assert.deepEqual(await bodyOf(handle(call("POST"))), { resourceVersion: "42" });
  await assert.rejects(async () => handle(call("GET")), { code: 405 });
  assert.equal(compactions, 1);
  await assert.rejects(async () => compactHandler(undefined)(call("POST")), { code: 501 });
});

test("a time that lies before all that is known is gone, with what is known in the message", async () => {
  const sinceMs = Date.UTC(2026, 0, 31, 12);
  const handle = revisionHandler((timeMs) => ({ revision: timeMs >= sinceMs ? 7 : undefined, sinceMs }));
  assert.deepEqual(await bodyOf(handle(call("GET", "time=2026-01-31T12:00:00Z"))), { resourceVersion: "7" });
  await assert.rejects(async () => handle(call("GET", "time=2026-01-31T11:59:59Z")), {
    code: 410,
    message: /kept since 2026-01-31T12:00:00Z/,
  });
  await assert.rejects(async () => handle(call("GET", "time=noon")), { code: 400 });
});
