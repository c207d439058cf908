import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiRequest } from "../../net/message.ts";
import { mediaType } from "./body.ts";

function check(header: string | undefined, expected: string | undefined): void {
  test(`the media type in ${header ?? "no header"}`, () => {
    assert.equal(mediaType({ headers: { "content-type": header } } as unknown as ApiRequest), expected);
  });
}

check(undefined, "");
check("Application/YAML; charset=utf-8", "application/yaml");
check(" application/json ;", "application/json");
check('application/json;a="x\\"y";b=c', "application/json");
check("garbage", "garbage");
for (const header of [
  ";",
  "/json",
  "application/",
  "application/json x",
  "application/json/x",
  "a/b;x",
  "a/b;x=",
  'a/b;x="y',
  "a/b;x=1;X=2",
])
  check(header, undefined);
