import assert from "node:assert/strict";
import { test } from "node:test";
import { type Duplex, upgradedPair } from "../../net/index.ts";
import { portsOf, servePortChannels } from "./port-forward.ts";

/** A port whose other end says what it gets in capitals, and closes after that. */
function shouting(): Duplex {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  return {
    incoming: (async function* () {
      yield await promise;
    })(),
    write: async (chunk) => resolve(new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase())),
    close: () => {},
  };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += new TextDecoder("latin1").decode(chunk);
  return text;
}

test("each port of a WebSocket has two channels, which begin with its number", { timeout: 10_000 }, async () => {
  const [client, server] = upgradedPair({ protocol: "websocket", subprotocol: "v4.channel.k8s.io" });
  const dial = async (port: number) => {
    if (port === 443) throw new Error("connection refused");
    return shouting();
  };
  const serving = servePortChannels(server, [8080, 443], dial);
  const texts = [0, 1, 2, 3].map((number) => textOf(client.channel(number).incoming));
  await client.channel(0).write(new TextEncoder().encode("hello"));
  await serving;
  assert.deepEqual(await Promise.all(texts), [
    "\x90\x1fHELLO",
    "\x90\x1f",
    "\xbb\x01",
    "\xbb\x01an error occurred forwarding 443: connection refused",
  ]);
});

test("ports of an address", () => {
  const check = (query: string, expected: readonly number[] | string) =>
    assert.deepEqual(portsOf(new URLSearchParams(query)), expected);
  check("port=80&port=443", [80, 443]);
  check("port=80,443", [80, 443]);
  check("", 'query parameter "port" is required');
  check("port=", 'query parameter "port" cannot be empty');
  check("port=0", 'port "0" must be > 0');
  check("port=65536", 'unable to parse "65536" as a port');
  check("port=http", 'unable to parse "http" as a port');
});
