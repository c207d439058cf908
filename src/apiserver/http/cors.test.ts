import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import type { ApiRequest, Handler } from "../../net/message.ts";
import { originProblem, withCors } from "./cors.ts";

const answer: Handler = async () => ({ status: 200, headers: { vary: "Accept" }, body: { type: "none" } });

test("pages of allowed origins see answers, and are told so before they ask", async () => {
  const handle = withCors(answer, ["^https://(a|b)\\.example\\.com$"], seededRandom("cors"));
  const ask = async (method: string, origin?: string) => {
    const { status, headers } = await handle({ method, headers: { origin } } as unknown as ApiRequest);
    return [status, headers["access-control-allow-origin"], headers.vary];
  };
  assert.deepEqual(await ask("GET", "https://a.example.com"), [200, "https://a.example.com", "Accept"]);
  assert.deepEqual(await ask("OPTIONS", "https://b.example.com"), [204, "https://b.example.com", undefined]);
  assert.deepEqual(await ask("OPTIONS", "https://a.example.com.evil.org"), [200, undefined, "Accept"]);
  assert.deepEqual(await ask("GET"), [200, undefined, "Accept"]);
});

test("a pattern that doesn't say where a host begins and ends is refused", () => {
  for (const fine of ["^https://x$", "//x\\.org(:|$)"]) assert.equal(originProblem(fine), undefined, fine);
  for (const wrong of ["example.com", "^x", "x$", "//(x$"]) assert.ok(originProblem(wrong), wrong);
});
