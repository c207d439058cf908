import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { NetError } from "../errors.ts";
import { makeRequest } from "../http/client.ts";
import { type Answer, passableBytes, ThreadCalls, ThreadError } from "./calls.ts";
import { answerPassed, type PassedRequest, type PassedResponse, passRequest, responsePassed } from "./requests.ts";

const nobody: Answer = () => assert.fail("nobody asks this end");

function joined(t: TestContext, answer: Answer): ThreadCalls {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  new ThreadCalls(port2, answer);
  return new ThreadCalls(port1, nobody);
}

test("a call is answered by its name, several at a time in any order", async (t) => {
  const first = Promise.withResolvers<string>();
  const calls = joined(t, (name, values) => (name === "wait" ? first.promise : { name, values }));
  const waiting = calls.call("wait", []);
  assert.deepEqual(await calls.call("echo", [1, { a: "b" }]), { name: "echo", values: [1, { a: "b" }] });
  first.resolve("done");
  assert.equal(await waiting, "done");
});

test("a failure tells its message and the code of the error", async (t) => {
  const calls = joined(t, () => {
    throw new NetError("connectFailed", "nobody is there");
  });
  await assert.rejects(calls.call("any", []), new ThreadError("nobody is there", "connectFailed"));
});

test("who no longer wants to know aborts the work on the other side", async (t) => {
  const calls = joined(t, (_, __, signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)));
  const controller = new AbortController();
  const waiting = calls.call("forever", [], controller.signal);
  controller.abort();
  await waiting;
});

test("when the other thread is gone, all that waits for it fails, and so does what is asked later", async (t) => {
  const calls = joined(t, () => new Promise(() => {}));
  const waiting = calls.call("forever", []);
  calls.end(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  await assert.rejects(calls.call("more", []), /gone/);
});

test("bytes are passed without what else lies in their memory", () => {
  const whole = new Uint8Array([1, 2, 3]);
  assert.equal(passableBytes(whole), whole);
  assert.equal(passableBytes(whole.subarray(1)).buffer.byteLength, 2);
  assert.equal(passableBytes(Buffer.from("abc")).buffer.byteLength, 3);
});

test("a request and its answer go to another thread and back", async (t) => {
  const calls = joined(t, async (_, [request], signal) =>
    answerPassed(
      async ({ method, path, query, headers, peer, body }) => ({
        status: 201,
        headers: { "content-type": "text/plain", warning: ["a", "b"] },
        body: {
          type: "bytes",
          bytes: Buffer.from(
            JSON.stringify({ method, path, query, headers, user: peer.identity?.name, body: body.type }),
          ),
        },
      }),
      request as PassedRequest,
      signal,
    ),
  );
  const chunks = (async function* () {
    yield Buffer.from("abc");
  })();
  const request = makeRequest({
    method: "POST",
    path: "/a",
    query: "b=c",
    headers: { accept: "d" },
    body: { type: "stream", chunks },
  });
  const from = { address: "1.2.3.4", identity: { name: "jane", groups: [] } };
  const passed = await calls.call("handle", [await passRequest({ ...request, peer: from })]);
  const { status, headers, body } = responsePassed(passed as PassedResponse);
  assert.equal(status, 201);
  assert.deepEqual(headers, { "content-type": "text/plain", warning: ["a", "b"] });
  assert.deepEqual(JSON.parse(Buffer.from(body.type === "bytes" ? body.bytes : []).toString()), {
    method: "POST",
    path: "/a",
    query: "b=c",
    headers: { accept: "d" },
    user: "jane",
    body: "bytes",
  });
});
