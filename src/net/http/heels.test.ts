import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { realClock, silentLog } from "../../base/index.ts";
import { readBody } from "../body.ts";
import { servingPair, testAuthority } from "../fixtures.test.ts";
import { listen } from "./server.ts";

const ROUNDS = 40;
/** More than a socket takes without asking its writer to wait. */
const ANSWER_BYTES = 100_000;
/** More than TLS hands over at once. */
const BODY_BYTES = 1_000_000;
const BUSY_MS = 10;

/** Asks for much and at once sends much, on one connection, from a thread that the busy server doesn't hold up. */
const CLIENT = `
const { request, Agent } = require("node:https");
const { workerData: { port, ca, rounds }, parentPort } = require("node:worker_threads");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = (method, body) => new Promise((resolve, reject) => {
  const out = request({ host: "127.0.0.1", port, ca, agent, method, path: "/" }, (incoming) => {
    let sizeBytes = 0;
    incoming.on("data", (chunk) => (sizeBytes += chunk.length));
    incoming.on("end", () => resolve({ status: incoming.statusCode, sizeBytes, isReused: out.reusedSocket }));
    incoming.on("error", reject);
  });
  out.on("error", reject).end(body);
});
(async () => {
  const answers = [];
  for (let i = 0; i < rounds; i++) answers.push(await ask("GET"), await ask("POST", Buffer.alloc(${BODY_BYTES}, 120)));
  agent.destroy();
  parentPort.postMessage(answers);
})();
`;

/**
 * Node stops reading a socket that still has to be told that an answer is out, and its TLS goes on to hand over what it
 * has read. The server is busy between two looks at its sockets, so that the next request is there before the telling.
 */
test("a body that follows on the heels of a long answer is read whole", async (t) => {
  const answer = Buffer.alloc(ANSWER_BYTES, 121);
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    tls: { cert: servingPair.certificatePem, key: servingPair.keyPem },
    handler: async (request) => {
      if (request.method === "GET") {
        await realClock().yield();
        return { status: 200, headers: {}, body: { type: "bytes", bytes: answer } };
      }
      const { length } = await readBody(request);
      return { status: 200, headers: {}, body: { type: "bytes", bytes: Buffer.alloc(length) } };
    },
    log: silentLog,
    clock: realClock(),
  });
  t.after(() => listener.close(0));
  let isOver = false;
  const beBusy = () => {
    const untilMs = performance.now() + BUSY_MS;
    while (performance.now() < untilMs);
    if (!isOver) setImmediate(beBusy);
  };
  beBusy();
  const client = new Worker(CLIENT, {
    eval: true,
    workerData: { port: listener.port, ca: testAuthority, rounds: ROUNDS },
  });
  const [answers] = await once(client, "message").finally(() => {
    isOver = true;
  });
  assert.deepEqual(
    answers,
    Array.from({ length: 2 * ROUNDS }, (_, index) => ({
      status: 200,
      sizeBytes: index % 2 === 0 ? ANSWER_BYTES : BODY_BYTES,
      isReused: index > 0,
    })),
  );
});
