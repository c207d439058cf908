import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceAccount } from "../../api/index.ts";
import { seededRandom, VirtualClock } from "../../base/index.ts";
import { generateKey } from "../../pki/index.ts";
import type { Reads } from "../contracts.ts";
import { ServiceAccountTokens } from "./service-accounts.ts";

const ACCOUNT = { metadata: { namespace: "n", name: "a", uid: "u" } } as unknown as ServiceAccount;

function issuer(seed: number, found: () => object | undefined) {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const reads = { get: async () => found() } as unknown as Reads;
  const key = generateKey({ random, deterministic: true });
  const tokens = new ServiceAccountTokens({ issuer: "i", audiences: ["api"], key, clock, random, reads });
  const issue = () =>
    tokens.issue({ account: ACCOUNT, audiences: ["api"], seconds: 600, bound: undefined, node: undefined }).token;
  return { clock, tokens, issue };
}

test("a token of ours that is not good says why to who reviews it; others are not ours", async () => {
  let account: object | undefined = ACCOUNT;
  const { clock, tokens, issue } = issuer(1, () => account);
  const token = issue();
  const because = async (text: string, audiences?: readonly string[]) =>
    tokens.read(text, audiences).then(
      (user) => user?.name ?? "not ours",
      (error) => error.cause.message,
    );
  assert.equal(await because(token), "system:serviceaccount:n:a");
  assert.equal(await because("nonsense"), "not ours");
  assert.equal(await because(issuer(2, () => account).issue()), "invalid signature, no keys found");
  const [head, claims] = token.split(".");
  const spoiled = `${head}.${claims}.${
    issuer(2, () => account)
      .issue()
      .split(".")[2]
  }`;
  assert.equal(await because(spoiled), "go-jose/go-jose: error in cryptographic primitive");
  assert.equal(await because(token, ["x"]), 'token audiences ["api"] is invalid for the target audiences ["x"]');
  account = { metadata: { uid: "other" } };
  assert.equal(await because(token), "service account UID (other) does not match claim (u)");
  account = undefined;
  assert.equal(await because(token), 'serviceaccounts "a" not found');
  await clock.advance(600_000);
  assert.equal(await because(token), "service account token has expired");
});
