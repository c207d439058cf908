import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusError } from "../../api/index.ts";
import { formatToken, parseToken } from "./continue.ts";

test("what a token was made of comes out of it", () => {
  const position = { revision: 7, start: "n/a\0" };
  assert.deepEqual(parseToken(formatToken(position)), position);
});

const refuses = (text: string, problem: string) =>
  test(`a token is refused: ${text}`, () => {
    const encoded = Buffer.from(text).toString("base64url");
    const expected = `invalid continue token: continue key is not valid: ${problem}`;
    assert.throws(
      () => parseToken(encoded),
      (error: StatusError) => error.code === 400 && error.message === expected,
    );
  });

const V = '"v":"meta.k8s.io/v1"';
const OF_START = "encoded start key empty (version meta.k8s.io/v1)";
refuses("not json", "invalid character 'o' in literal null (expecting 'u')");
refuses("[]", "json: cannot unmarshal array into Go value of type storage.continueToken");
refuses("null", "server does not recognize this encoded version ");
refuses(`{${V},"start":"a"}`, "incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
refuses(`{${V},"RV":1}`, OF_START);
refuses(
  `{${V},"rv":1.5,"start":"a"}`,
  "json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64",
);
refuses(
  `{${V},"rv":"1","start":"a"}`,
  "json: cannot unmarshal string into Go struct field continueToken.rv of type int64",
);
refuses(
  `{${V},"rv":1,"start":7}`,
  "json: cannot unmarshal number into Go struct field continueToken.start of type string",
);
refuses(`{${V},"rv":1,"start":"../x"}`, "../x");
