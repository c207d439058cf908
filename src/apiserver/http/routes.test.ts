import assert from "node:assert/strict";
import { test } from "node:test";
import { kindForResource } from "../../api/index.ts";
import type { RequestContext } from "../contracts.ts";
import { requestInfo } from "./request-info.ts";
import { checkConnection, checkRoute } from "./routes.ts";

const kind = kindForResource({ group: "apps", version: "v1", plural: "deployments" })!;

function codeOf(method: string, path: string, headers: Record<string, string>): number | undefined {
  const context = { request: { method, headers }, info: requestInfo(method, path, new URLSearchParams()) };
  try {
    checkRoute(kind, context as unknown as RequestContext);
    return undefined;
  } catch (error) {
    return (error as { code: number }).code;
  }
}

test("a method comes before the type of a patch, and that before what the client takes", () => {
  const one = "/apis/apps/v1/namespaces/a/deployments/b";
  const patch = { "content-type": "application/merge-patch+json" };
  assert.equal(codeOf("PATCH", "/apis/apps/v1/namespaces/a/deployments", { accept: "text/html" }), 405);
  assert.equal(codeOf("PATCH", one, { accept: "text/html" }), 415);
  assert.equal(codeOf("PATCH", one, { ...patch, accept: "text/html" }), 406);
  assert.equal(codeOf("PATCH", one, patch), undefined);
});

test("nobody connects just to try", () => {
  const context = (path: string, query: string) =>
    ({
      info: requestInfo("POST", path, new URLSearchParams()),
      query: new URLSearchParams(query),
    }) as unknown as RequestContext;
  const exec = "/api/v1/namespaces/a/pods/b/exec";
  assert.throws(() => checkConnection(context(exec, "dryRun=All")), { code: 400 });
  assert.doesNotThrow(() => checkConnection(context(exec, "command=ls")));
  assert.doesNotThrow(() => checkConnection(context("/api/v1/namespaces/a/pods/b/status", "dryRun=All")));
});
