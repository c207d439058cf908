import assert from "node:assert/strict";
import { test } from "node:test";
import { respond } from "./respond.ts";

test("what can't be written as YAML is answered with why, in YAML", () => {
  const { status, headers, body } = respond(200, { a: "\u007f" }, { encoding: "yaml", as: "object", pretty: false });
  assert.equal(status, 500);
  assert.equal(headers["content-type"], "application/yaml");
  assert.equal(
    body.type === "bytes" && Buffer.from(body.bytes).toString(),
    "apiVersion: v1\ncode: 500\nkind: Status\nmessage: 'yaml: control characters are not allowed'\nmetadata: {}\nstatus: Failure\n",
  );
});
