import assert from "node:assert/strict";
import { test } from "node:test";
import { takesAnyEncoding } from "./negotiate.ts";

test("what names no encoding takes none, whatever the view", () => {
  const taken = [undefined, "*/*", "text/html, application/yaml", "application/json;as=Nope;v=v1;g=meta.k8s.io"];
  assert.deepEqual(taken.map(takesAnyEncoding), [true, true, true, true]);
  assert.deepEqual(["text/html", "application/*"].map(takesAnyEncoding), [false, false]);
});
