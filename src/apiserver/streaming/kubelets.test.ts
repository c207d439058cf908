import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "../../api/index.ts";
import { serverOf } from "./kubelets.ts";
import { withoutCredentials } from "./pods.ts";

const node = (addresses: readonly (readonly [string, string])[], Port: number | undefined) =>
  ({
    status: {
      addresses: addresses.map(([type, address]) => ({ type, address })),
      ...(Port !== undefined && { daemonEndpoints: { kubeletEndpoint: { Port } } }),
    },
  }) as unknown as Node;

test("a kubelet is where its node says, by the address that is preferred", () => {
  const both = node(
    [
      ["InternalIP", "10.0.0.1"],
      ["Hostname", "a"],
    ],
    10250,
  );
  assert.equal(serverOf(both, ["Hostname", "InternalIP"]), "https://a:10250");
  assert.equal(serverOf(both, ["InternalIP"]), "https://10.0.0.1:10250");
  assert.equal(serverOf(node([["InternalIP", "fd00::1"]], 1), ["InternalIP"]), "https://[fd00::1]:1");
  assert.equal(serverOf(both, ["ExternalIP"]), undefined);
  assert.equal(serverOf(node([["InternalIP", "10.0.0.1"]], 0), ["InternalIP"]), "https://10.0.0.1:10250");
  assert.equal(serverOf(node([["InternalIP", "10.0.0.1"]], undefined), ["InternalIP"]), "https://10.0.0.1:10250");
});

test("what proves who the client is doesn't reach the kubelet", () => {
  const headers = {
    authorization: "Bearer x",
    cookie: "a=b",
    "impersonate-user": "root",
    "x-remote-user": "root",
    host: "api",
    accept: "*/*",
  };
  assert.deepEqual(withoutCredentials(headers), { accept: "*/*" });
});
