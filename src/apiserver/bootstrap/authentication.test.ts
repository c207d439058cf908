import assert from "node:assert/strict";
import { test } from "node:test";
import { realClock, Scope, seededRandom, silentLog } from "../../base/index.ts";
import { makeRequest, readBody } from "../../net/index.ts";
import { certificateToPem, createAuthority } from "../../pki/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../create.ts";
import { authenticationData } from "./authentication.ts";

const sources = { clock: realClock(), random: seededRandom(1) };
const pem = (commonName: string) => certificateToPem(createAuthority({ ...sources, commonName }).certificate);
const [first, second, front] = [pem("a"), pem("b"), pem("front")];
const requestHeader = {
  ca: front,
  allowedNames: ["front-proxy-client"],
  usernameHeaders: ["X-Remote-User"],
  uidHeaders: [],
  groupHeaders: ["X-Remote-Group"],
  extraHeaderPrefixes: ["X-Remote-Extra-"],
};

test("servers of one cluster publish their authorities and names beside each other's, each once", () => {
  const one = authenticationData({ clientCa: first, requestHeader });
  assert.deepEqual(one, {
    "client-ca-file": first,
    "requestheader-allowed-names": '["front-proxy-client"]',
    "requestheader-client-ca-file": front,
    "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
    "requestheader-group-headers": '["X-Remote-Group"]',
    "requestheader-username-headers": '["X-Remote-User"]',
  });
  const other = { clientCa: second + first, requestHeader: { ...requestHeader, uidHeaders: ["X-Remote-Uid"] } };
  const both = authenticationData(other, one);
  assert.equal(both["client-ca-file"], first + second);
  assert.equal(both["requestheader-uid-headers"], '["X-Remote-Uid"]');
  assert.deepEqual(authenticationData(other, both), both);
  assert.equal(
    authenticationData({ requestHeader }, { "requestheader-group-headers": "{" })["requestheader-group-headers"],
    '["X-Remote-Group"]',
  );
});

test("a server publishes how it knows its callers when it starts", async (t) => {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const server = createApiServer({
    ...sources,
    store: openMemoryStore(),
    log: silentLog,
    scope,
    clientCa: first,
    requestHeader,
  });
  await server.ready;
  const path = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
  const identity = { name: "a", groups: ["system:masters"] };
  const answer = await server.handle(makeRequest({ path, peer: { address: "", identity } }));
  const { data } = JSON.parse(Buffer.from(await readBody(answer)).toString());
  assert.deepEqual(data, authenticationData({ clientCa: first, requestHeader }));
});
