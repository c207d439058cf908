import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiRequest, UpgradeOffer } from "../../net/message.ts";
import { bearerTokens, isSpacedToken, withoutTokenProtocol } from "./bearer.ts";

const PREFIX = "base64url.bearer.authorization.k8s.io.";
const inProtocol = (token: string) => PREFIX + Buffer.from(token).toString("base64url");
const authenticator = bearerTokens([
  async (token) => (token === "good" ? { name: "somebody", groups: [] } : undefined),
]);

function requestOf(authorization: string, ...subprotocols: string[]): ApiRequest {
  const upgrade: UpgradeOffer | undefined =
    subprotocols.length > 0 ? { protocol: "websocket", subprotocols } : undefined;
  const headers = { ...(authorization && { authorization }), "sec-websocket-protocol": subprotocols.join(", ") };
  const body = { type: "none" } as unknown as ApiRequest["body"];
  const { signal } = new AbortController();
  return {
    ...{ method: "GET", path: "/", query: "", peer: { address: "" }, headers, body, signal },
    ...(upgrade && { upgrade }),
  };
}

async function outcome(authorization: string, ...subprotocols: string[]): Promise<string> {
  try {
    return (await authenticator(requestOf(authorization, ...subprotocols)))?.name ?? "nobody";
  } catch (error) {
    return (error as { message: string }).message;
  }
}

test("the token of a header is what stands between its scheme and the next space", async () => {
  for (const text of ["Bearer good", "bearer good", " BEARER good ", "Bearer good more of it"])
    assert.equal(await outcome(text), "somebody", text);
  for (const text of ["Bearer bad", "Bearer good,Bearer bad", "Bearer \tgood"])
    assert.equal(await outcome(text), "Unauthorized", text);
  for (const text of ["", "Bearer", "Bearer  good", "Basic good", "Bearer\tgood"])
    assert.equal(await outcome(text), "nobody", text);
  assert.ok(isSpacedToken({ authorization: "Bearer  good" }));
  assert.ok(!isSpacedToken({ authorization: "Bearer good" }));
});

test("a WebSocket may bring its token among the protocols that it offers, beside one that can be chosen", async () => {
  assert.equal(await outcome("", inProtocol("good"), "x"), "somebody");
  assert.equal(await outcome("Bearer bad", "x", inProtocol("good")), "somebody");
  assert.equal(await outcome("", "x"), "nobody");
  assert.equal(await outcome("", PREFIX, "x"), "nobody");
  assert.equal(await outcome("", PREFIX), "nobody");
  for (const offered of [[inProtocol("bad"), "x"], [inProtocol("good")], [`${PREFIX}!`, "x"], [`${PREFIX}_w`, "x"]])
    assert.equal(await outcome("", ...offered), "Unauthorized", offered.join());
  assert.equal(await outcome("", inProtocol("good"), inProtocol("bad"), "x"), "Unauthorized");
});

test("nobody else sees the token that a protocol brings", () => {
  const sent = requestOf("", "x", inProtocol("good"), "y");
  const { upgrade, headers, signal } = withoutTokenProtocol(sent);
  assert.deepEqual([upgrade?.subprotocols, headers["sec-websocket-protocol"]], [["x", "y"], "x,y"]);
  assert.equal(signal, sent.signal);
  const plain = requestOf("", "x");
  assert.equal(withoutTokenProtocol(plain), plain);
});
