import assert from "node:assert/strict";
import { test } from "node:test";
import { realClock, seededRandom } from "../../base/index.ts";
import type { ApiRequest, Peer } from "../../net/message.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../pki/index.ts";
import { clientCertificates } from "./authn.ts";
import { requestHeaders } from "./request-header.ts";

const clock = realClock();
const sources = { clock, random: seededRandom(1) };
const clients = createAuthority({ ...sources, commonName: "clients" });
const proxies = createAuthority({ ...sources, commonName: "proxies" });

function request(authority: typeof clients, commonName: string, headers: Record<string, string> = {}): ApiRequest {
  const { certificate } = issueKeyPair(authority, {
    ...sources,
    subject: { commonName, organizations: ["team"] },
    usages: ["client auth"],
  });
  const peer: Peer = { address: "", certificate: certificate.der };
  return {
    method: "GET",
    path: "/",
    query: "",
    headers,
    body: { type: "none" },
    peer,
    signal: new AbortController().signal,
  };
}

test("a client certificate counts only from the clients' authority when others are taken too", async () => {
  const strict = clientCertificates({ ca: certificateToPem(clients.certificate), clock });
  const { extra = {}, ...ann } = (await strict(request(clients, "ann")))!;
  assert.deepEqual(ann, { name: "ann", groups: ["team"] });
  assert.match(extra["authentication.kubernetes.io/credential-id"]![0]!, /^X509SHA256=[0-9a-f]{64}$/);
  assert.equal(await strict(request(proxies, "system:admin")), undefined);
  assert.equal((await clientCertificates()(request(proxies, "bob")))?.name, "bob");
});

test("headers say who calls, if a front proxy sends them", async () => {
  const options = {
    ca: certificateToPem(proxies.certificate),
    allowedNames: ["front"],
    usernameHeaders: ["X-Remote-User"],
    uidHeaders: ["X-Remote-Uid"],
    groupHeaders: ["X-Remote-Group"],
    extraHeaderPrefixes: ["X-Remote-Extra-"],
  };
  const read = requestHeaders(options, clock);
  const headers = {
    "x-remote-user": "ann",
    "x-remote-uid": "7",
    "x-remote-group": "a, b",
    "x-remote-extra-acme.example%2fscope": "read",
  };
  assert.deepEqual(await read(request(proxies, "front", headers)), {
    name: "ann",
    uid: "7",
    groups: ["a", "b"],
    extra: { "acme.example/scope": ["read"] },
  });
  assert.equal(await read(request(proxies, "front")), undefined);
  assert.equal(await read(request(proxies, "other", headers)), undefined);
  assert.equal(await read(request(clients, "front", headers)), undefined);
  const any = requestHeaders({ ...options, allowedNames: [] }, clock);
  assert.equal((await any(request(proxies, "other", headers)))?.name, "ann");
});
