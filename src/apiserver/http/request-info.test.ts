import assert from "node:assert/strict";
import { test } from "node:test";
import { requestInfo } from "./request-info.ts";

const told = (path: string) => {
  const { verb, resource, namespace, name, subresource } = requestInfo("GET", path, new URLSearchParams());
  return [verb, resource, namespace, name, subresource].join(" ");
};

test("slashes after a namespace lead to the namespace, and to nothing within it", () => {
  for (const path of ["/api/v1/namespaces/a", "/api/v1/namespaces/a/", "/api/v1/namespaces/a//"])
    assert.equal(told(path), "get namespaces a a ");
  assert.equal(told("/api/v1/namespaces/a/status"), "get namespaces a a status");
  assert.equal(told("/api/v1/namespaces/a/pods/"), "list pods a  ");
  assert.equal(told("/api/v1/namespaces/a//pods"), "get  a pods ");
});
