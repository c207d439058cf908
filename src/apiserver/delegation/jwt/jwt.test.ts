import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { test } from "node:test";
import { VirtualClock } from "../../../base/index.ts";
import { readAuthentication } from "./configuration.ts";
import { isSignedBy, keysOf } from "./signatures.ts";
import { jwtTokens } from "./tokens.ts";

const URL_OF_ISSUER = "https://issuer.example";
const JWT = {
  issuer: { url: URL_OF_ISSUER, audiences: ["here"] },
  claimMappings: {
    username: { claim: "sub", prefix: "jwt:" },
    groups: { expression: "claims.groups" },
    extra: [{ key: "example.com/team", valueExpression: "claims.?team.orValue('none')" }],
  },
  claimValidationRules: [{ claim: "tenant", requiredValue: "t" }],
  userValidationRules: [{ expression: "user.username != 'jwt:root'", message: "no root" }],
};
const CONFIGURATION = {
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AuthenticationConfiguration",
  jwt: [JWT],
};

const keys = generateKeyPairSync("ec", { namedCurve: "prime256v1" });

function token(
  claims: object,
  { alg = "ES256", key = keys.privateKey }: { alg?: string; key?: KeyObject } = {},
): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg, kid: "k" })}.${part(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

/** What is made of a token: its user, what is wrong with it, or undefined when it is somebody else's. */
async function read(text: string, audiences?: readonly string[]): Promise<unknown> {
  const clock = new VirtualClock();
  const [issuer] = readAuthentication(CONFIGURATION).issuers;
  const known = keysOf({ keys: [{ ...keys.publicKey.export({ format: "jwk" }), kid: "k" }] });
  const provider = {
    problem: undefined,
    hasSigned: async (signed: Parameters<typeof isSignedBy>[1]) => known.some(({ key }) => isSignedBy(key, signed)),
  };
  const reader = jwtTokens({ issuer: issuer!, provider, audiences: ["api"], clock });
  return reader(text, audiences).catch((error: Error) => (error.cause as Error).message);
}

const GOOD = { iss: URL_OF_ISSUER, sub: "alice", aud: ["x", "here"], tenant: "t", groups: ["a"], exp: 4_000_000_000 };

test("a token's claims make a user", async () => {
  assert.deepEqual(await read(token({ ...GOOD, jti: "7" })), {
    name: "jwt:alice",
    groups: ["a"],
    extra: { "example.com/team": ["none"], "authentication.kubernetes.io/credential-id": ["JTI=7"] },
  });
});

test("what is wrong with a token is said to who reviews it; tokens of others are not ours", async () => {
  const check = async (claims: object, expected: string | undefined, how = {}) =>
    assert.equal(await read(token({ ...GOOD, ...claims }, how)), expected);
  await check({ iss: "https://other.example" }, undefined);
  assert.equal(await read("a.b.c"), undefined);
  assert.equal(await read(token(GOOD), ["elsewhere"]), undefined);
  await check({ exp: 1 }, "oidc: verify token: oidc: token is expired (Token Expiry: 1970-01-01 00:00:01 +0000 UTC)");
  await check({ aud: "x" }, 'oidc: verify token: oidc: expected audience in ["here"] got ["x"]');
  await check({ tenant: "u" }, "oidc: required claim tenant value does not match. Got = u, want = t");
  await check({ tenant: undefined }, "oidc: required claim tenant not present in ID token");
  await check({ sub: undefined }, 'oidc: parse username claims "sub": claim not present');
  await check(
    { groups: 5 },
    "oidc: error evaluating group claim expression: claims.groups: expression must return a string or a list of strings",
  );
  await check(
    { sub: "root" },
    "oidc: error evaluating user info validation rule: validation expression 'user.username != 'jwt:root'' failed: no root",
  );
});

test("only keys of the issuer sign, each by the algorithm that it is made for", async () => {
  const other = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
  const unsigned = "oidc: verify token: failed to verify signature: failed to verify id token signature";
  assert.equal(await read(token(GOOD, { key: other })), unsigned);
  assert.equal(await read(token(GOOD, { alg: "RS256" })), unsigned);
  assert.equal(await read(token(GOOD, { alg: "ES384" })), unsigned);
  assert.match(
    String(await read(token(GOOD, { alg: "none" }))),
    /unsupported algorithm, expected \["ES256" .*got "none"$/,
  );
  assert.match(String(await read(token(GOOD, { alg: "HS256" }))), /unsupported algorithm/);
});

test("an authentication configuration that makes no sense is told of", () => {
  const check = (change: object, message: RegExp) =>
    assert.throws(() => readAuthentication({ ...CONFIGURATION, jwt: [{ ...JWT, ...change }] }), { message });
  check({ issuer: { ...JWT.issuer, url: "http://x" } }, /issuer: url is http:\/\/x, wanted an address of https$/);
  check({ issuer: { ...JWT.issuer, audiences: [] } }, /audiences is empty/);
  check({ issuer: { ...JWT.issuer, audiences: ["a", "b"] } }, /audienceMatchPolicy is "", wanted MatchAny$/);
  check({ claimMappings: {} }, /username is missing$/);
  check({ claimMappings: { username: { claim: "sub" } } }, /prefix is missing/);
  check({ claimMappings: { username: { expression: "1 +" } } }, /expression can't be compiled/);
  check({ claimMappings: { username: { expression: "true" } } }, /expression must be a string$/);
  check({ claimMappings: { username: { expression: "claims.email" } } }, /nothing looks at claims.email_verified$/);
  check({ claimValidationRules: [{ message: "x" }] }, /claim is missing, and so is an expression$/);
  check({ unknown: 1 }, /unknown is no field/);
  assert.throws(() => readAuthentication({ ...CONFIGURATION, jwt: [JWT, JWT] }), { message: /a second time$/ });
  const anonymous = { enabled: true, conditions: [{ path: "/livez" }] };
  assert.deepEqual(readAuthentication({ ...CONFIGURATION, anonymous }).anonymous, ["/livez"]);
});
