import assert from "node:assert/strict";
import { test } from "node:test";
import type { CertificateSigningRequest } from "../../api/index.ts";
import { CLIENT, CLIENT_KUBELET, isStale, problemOf, recognize, SERVING } from "./plan.ts";

const node = { subject: { commonName: "system:node:a", organizations: ["system:nodes"] }, extensions: {} };
const withNames = (sans: object) => ({ ...node, extensions: { sans } });
const named = (commonName: string) => ({ ...node, subject: { ...node.subject, commonName } });
const client = ["digital signature", "client auth"];
const server = ["digital signature", "key encipherment", "server auth"];

const cases = [
  [CLIENT, node, client, undefined],
  [CLIENT, node, [...client, "server auth"], "invalid usage for client certificate: server auth"],
  [CLIENT_KUBELET, node, client, undefined],
  [CLIENT_KUBELET, withNames({ dns: ["a"] }), client, "DNS subjectAltNames are not allowed"],
  [CLIENT_KUBELET, named("a"), client, "subject common name does not begin with system:node:"],
  [SERVING, node, server, "DNS or IP subjectAltName is required"],
  [SERVING, withNames({ ip: ["10.0.0.1"] }), server, undefined],
  [
    SERVING,
    withNames({ ip: ["10.0.0.1"] }),
    client,
    "usages did not match [digital signature key encipherment server auth]",
  ],
] as const;

for (const [signer, asked, usages, expected] of cases) {
  test(`${signer.split("/")[1]}: ${expected ?? "signs"} (${usages.length})`, () => {
    assert.equal(problemOf(signer, asked as never, usages), expected);
  });
}

const request = (spec: object, status: object = {}): CertificateSigningRequest =>
  ({ metadata: { creationTimestamp: "2026-01-01T00:00:00Z" }, spec, status }) as unknown as CertificateSigningRequest;

test("a kubelet may renew its own certificate, others may ask for nodes'", () => {
  const own = request({ signerName: CLIENT_KUBELET, usages: client, username: "system:node:a" });
  assert.deepEqual(
    recognize(own, node as never).map(({ subresource }) => subresource),
    ["selfnodeclient", "nodeclient"],
  );
  assert.deepEqual(recognize(request({ signerName: CLIENT, usages: client }), node as never), []);
});

test("requests go when they are over, or after a day without an answer", () => {
  const at = (text: string) => ({ nowMs: Date.parse(text), notAfterMs: undefined });
  const denied = { conditions: [{ type: "Denied", lastUpdateTime: "2026-01-01T00:00:00Z" }] };
  assert.equal(isStale(request({}), at("2026-01-01T20:00:00Z")), false);
  assert.equal(isStale(request({}), at("2026-01-02T01:00:00Z")), true);
  assert.equal(isStale(request({}, denied), at("2026-01-01T02:00:00Z")), true);
});
