import assert from "node:assert/strict";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { test } from "node:test";
import { cryptoRandom, realClock, silentLog } from "../../base/index.ts";
import { type Handler, listen } from "../../net/index.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../pki/index.ts";
import { answerFrom, giveBack, type Source, takeBuffer } from "./chunks.ts";

const clock = realClock();
const ITEM_BYTES = 5000;
const ITEMS = 800;

/** Each item says which list and which place it is of. */
function source(list: string): Source {
  return {
    head: Buffer.from("["),
    end: Buffer.from("]"),
    count: ITEMS,
    bytesOf: () => ITEM_BYTES,
    copy(index, target, at) {
      target.write(`${list}${index};`.padEnd(ITEM_BYTES, "."), at, "latin1");
      return at + ITEM_BYTES;
    },
  };
}

function expected(list: string): string {
  return `[${Array.from({ length: ITEMS }, (_, index) => `${list}${index};`.padEnd(ITEM_BYTES, ".")).join("")}]`;
}

const handler: Handler = async ({ path }) => answerFrom("text/plain", source(path), { bytesAbout: 1e9, clock });

function read(session: ClientHttp2Session, path: string, stopAfterBytes = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: path });
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > stopAfterBytes) stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
    stream.on("error", reject);
  });
}

test("lists that are sent at the same time, some of them given up, never get each other's bytes", async (t) => {
  const sources = { clock, random: cryptoRandom() };
  const authority = createAuthority({ ...sources, commonName: "test" });
  const sans = { dns: ["localhost"], ip: ["127.0.0.1"] };
  const pair = issueKeyPair(authority, {
    ...sources,
    subject: { commonName: "server" },
    sans,
    usages: ["server auth"],
  });
  const tls = { cert: pair.certificatePem, key: pair.keyPem };
  const listener = await listen({ host: "127.0.0.1", port: 0, tls, handler, log: silentLog, clock });
  t.after(() => listener.close(0));
  const ca = certificateToPem(authority.certificate);
  const sessions = [0, 1].map(() => connect(`https://127.0.0.1:${listener.port}`, { ca }));
  t.after(() => sessions.forEach((session) => session.destroy()));
  for (let round = 0; round < 3; round++)
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const path = `/${round}/${index}/`;
        const isCut = index % 4 === 3;
        const body = await read(sessions[index % 2]!, path, isCut ? 700_000 : undefined);
        if (isCut) assert.ok(expected(path).startsWith(body), `${path} as far as it came`);
        else assert.ok(body === expected(path), `${path} as a whole`);
      }),
    );
});

test("only what was taken is used again, once, whoever else gives something back", () => {
  const mine = takeBuffer(1);
  giveBack(mine.subarray(3));
  giveBack(mine);
  giveBack(Buffer.alloc(mine.length));
  const next = takeBuffer(1);
  assert.equal(next.buffer, mine.buffer);
  assert.notEqual(takeBuffer(1).buffer, mine.buffer);
});
