import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigMap, Secret } from "../../api/index.ts";
import { expiryMs, signedData, signingToken } from "./plan.ts";

const secret = (data: Record<string, string>): Secret =>
  ({
    type: "bootstrap.kubernetes.io/token",
    metadata: { name: "bootstrap-token-abcdef" },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])),
  }) as unknown as Secret;
const token = { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-signing": "true" };
const NOW = Date.parse("2026-01-01T00:00:00Z");

test("tokens for signing sign until they end", () => {
  assert.deepEqual(signingToken(secret(token), NOW), { id: "abcdef", secret: "0123456789abcdef" });
  assert.equal(signingToken(secret({ ...token, "usage-bootstrap-signing": "false" }), NOW), undefined);
  assert.equal(signingToken(secret({ ...token, expiration: "2020-01-01T00:00:00Z" }), NOW), undefined);
  assert.equal(signingToken(secret({ ...token, "token-id": "zzzzzz" }), NOW), undefined);
  assert.equal(expiryMs(secret({ ...token, expiration: "2020-01-01T00:00:00Z" })), Date.parse("2020-01-01T00:00:00Z"));
});

test("the signature is the recorded one, and those of other tokens go", () => {
  const info = {
    data: { kubeconfig: "apiVersion: v1\nkind: Config\n", "jws-kubeconfig-zzzzzz": "old" },
  } as unknown as ConfigMap;
  assert.deepEqual(signedData(info, [{ id: "abcdef", secret: "0123456789abcdef" }]), {
    kubeconfig: "apiVersion: v1\nkind: Config\n",
    "jws-kubeconfig-abcdef": "eyJhbGciOiJIUzI1NiIsImtpZCI6ImFiY2RlZiJ9..vH_kT4yiol-nrAWgjfCYqvum5wsKETXe0S7OOp1VgnE",
  });
});
