import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { type Clock, realClock, silentLog, VirtualClock } from "../../../base/index.ts";
import { GrpcError, listenGrpc, loadService, type ProtocolDescriptor } from "../../../net/index.ts";
import descriptor from "../cri-v1.json" with { type: "json" };
import { CriError } from "../errors.ts";
import { GrpcRuntime } from "./runtime.ts";
import { untilImageKnown, untilServing } from "./serving.ts";

const { signal } = new AbortController();
const clock = realClock();
const protocol = descriptor as unknown as ProtocolDescriptor;
const VERSION = { version: "v1", runtime_name: "fake", runtime_version: "1", runtime_api_version: "v1" };

suite("a runtime that starts", () => {
  for (const code of ["unknown", "unavailable"] as const)
    test(`is waited for while it answers that it isn't initialized, as ${code}`, async (t) => {
      const { runtime, wait, listen } = fakeRuntime(t);
      let calls = 0;
      await listen({
        Version: async () => {
          if (++calls < 4) throw new GrpcError(code, "server is not initialized yet");
          return VERSION;
        },
      });
      await untilServing(runtime, wait);
      assert.equal(calls, 4);
    });

  test("is waited for before its socket is there", async (t) => {
    const { runtime, wait, listen } = fakeRuntime(t);
    const serving = untilServing(runtime, wait);
    await assert.rejects(runtime.version(signal), { code: "unavailable" });
    await listen({ Version: async () => VERSION });
    await serving;
  });

  test("learns of an image a moment after it was added", async (t) => {
    const { runtime, wait, listen } = fakeRuntime(t);
    let calls = 0;
    await listen({}, { ImageStatus: async () => (++calls < 3 ? {} : { image: { id: "sha256:1" } }) });
    await untilImageKnown(runtime, "registry.example/a:1", wait);
    assert.equal(calls, 3);
  });

  test("that speaks no CRI v1 is told of at once", async (t) => {
    const { runtime, wait, listen } = fakeRuntime(t);
    await listen({});
    await assert.rejects(untilServing(runtime, wait), (error: Error) => {
      assert.match(error.message, /^wait for the container runtime on \S+cri\.sock: .*Version/);
      return (error as CriError).code === "unimplemented";
    });
  });

  test("that never is initialized ends the wait with one sentence", async () => {
    const virtual = new VirtualClock();
    const runtime = {
      version: () => Promise.reject(new CriError("unknown", "server is not initialized yet")),
    };
    const failed = assert.rejects(untilServing(runtime, { clock: virtual, endpoint: "/run/x.sock", signal }), {
      code: "unavailable",
      message: "wait for the container runtime on /run/x.sock: not within 60 s: server is not initialized yet",
    });
    await virtual.advance(61_000);
    await failed;
  });

  test("that takes a call and never answers it is asked again", async () => {
    const virtual = new VirtualClock();
    let calls = 0;
    const version = (deadline: AbortSignal) => {
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      if (++calls === 2) resolve(VERSION as never);
      deadline.addEventListener("abort", () => reject(deadline.reason));
      return promise;
    };
    const serving = untilServing({ version }, { clock: virtual, endpoint: "/run/x.sock", signal });
    await virtual.advance(11_000);
    await serving;
    assert.equal(calls, 2);
  });

  test("is no longer waited for when the kubelet ends", async () => {
    const ended = new AbortController();
    const runtime = { version: () => Promise.reject(new CriError("unavailable", "refused")) };
    const serving = untilServing(runtime, { clock, endpoint: "/run/x.sock", signal: ended.signal });
    ended.abort(new Error("the kubelet ends"));
    await assert.rejects(serving, { message: "the kubelet ends" });
  });
});

type Answers = Readonly<Record<string, () => Promise<object>>>;

/** A client of a CRI socket on which nothing listens before `listen`. */
function fakeRuntime(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), "navarch-cri-"));
  const socket = join(directory, "cri.sock");
  const noStreams = () => Promise.reject(new Error("no streams in this suite"));
  const runtime = new GrpcRuntime(socket, { session: noStreams, port: noStreams });
  const wait: { clock: Clock; endpoint: string; signal: AbortSignal } = { clock, endpoint: socket, signal };
  t.after(async () => {
    await runtime.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const listen = async (runtimeAnswers: Answers, imageAnswers: Answers = {}) => {
    const server = await listenGrpc({
      listen: `unix://${socket}`,
      implementations: [
        { service: loadService(protocol, "runtime.v1.RuntimeService"), unary: runtimeAnswers },
        { service: loadService(protocol, "runtime.v1.ImageService"), unary: imageAnswers },
      ],
      log: silentLog,
      clock,
    });
    t.after(() => server.close(0));
  };
  return { runtime, wait, listen };
}
