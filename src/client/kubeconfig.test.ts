import assert from "node:assert/strict";
import { test } from "node:test";
import { KubeconfigError, loadKubeconfig, writeKubeconfig } from "./kubeconfig.ts";

test("what is written is what is loaded", () => {
  const text = writeKubeconfig({
    server: "https://127.0.0.1:6443",
    ca: "CA",
    cert: "CERT",
    key: "KEY",
    namespace: "n",
  });
  assert.deepEqual(loadKubeconfig(text), {
    server: "https://127.0.0.1:6443",
    ca: "CA",
    cert: "CERT",
    key: "KEY",
    namespace: "n",
    context: "navarch",
  });
});

test("files are read through the caller", () => {
  const text = `
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: "https://h", certificate-authority: ca.pem}}]
users: [{name: u, user: {tokenFile: token}}]`;
  const loaded = loadKubeconfig(text, { readFile: (path) => `of ${path}\n` });
  assert.equal(loaded.ca, "of ca.pem\n");
  assert.equal(loaded.token, "of token");
  assert.throws(() => loadKubeconfig(text), KubeconfigError);
});

test("a missing context and an unsupported user are errors", () => {
  assert.throws(() => loadKubeconfig("current-context: x"), /context "x" does not exist/);
  const text = `
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: "https://h"}}]
users: [{name: u, user: {exec: {command: helper}}}]`;
  assert.throws(() => loadKubeconfig(text), /"exec" are not supported/);
});
