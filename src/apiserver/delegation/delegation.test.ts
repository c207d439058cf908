import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type TestContext, test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { type ApiRequest, type ApiResponse, type Handler, makeRequest, readBody } from "../../net/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { type ApiServerOptions, createApiServer } from "../create.ts";
import { abac, accessWebhook, authorizersFrom, parseAbacPolicy, tokenWebhook } from "./index.ts";

type Json = Record<string, unknown>;

/** A server that answers reviews with a status, and remembers what it was asked. */
function reviewer(statusOf: (spec: Json) => Json | number, asked: Json[] = []): Handler {
  return async (request: ApiRequest): Promise<ApiResponse> => {
    const review = JSON.parse(Buffer.from(await readBody(request)).toString());
    asked.push(review);
    const status = statusOf(review.spec);
    const bytes = Buffer.from(JSON.stringify(typeof status === "number" ? {} : { ...review, status }));
    return { status: typeof status === "number" ? status : 200, headers: {}, body: { type: "bytes", bytes } };
  };
}

/** A server that asks others; `get` answers a status and a text. */
async function serverWith(t: TestContext, clock: VirtualClock, options: Partial<ApiServerOptions>) {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const parts = { store: openMemoryStore(), clock, random: seededRandom(1), log: silentLog, scope };
  const { handle, ready } = createApiServer({ ...parts, ...options });
  await ready;
  return async (path: string, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await handle(makeRequest({ method: "GET", path, headers, body: { type: "none" } }));
    return [response.status, Buffer.from(await readBody(response)).toString()] as const;
  };
}

test("another server knows whose a token is, and another what he may do", async (t) => {
  const clock = new VirtualClock();
  const [tokens, questions]: [Json[], Json[]] = [[], []];
  const user = { username: "alice", groups: ["g"], extra: { k: ["v"] } };
  const status = (spec: Json) => (spec.token === "good" ? { authenticated: true, user } : { authenticated: false });
  const get = await serverWith(t, clock, {
    tokenReaders: [
      tokenWebhook({
        server: { handle: reviewer(status, tokens), path: "/tokens" },
        clock,
        version: "v1",
        ttlMs: 60_000,
        audiences: [],
      }),
    ],
    authorization: () => [
      accessWebhook({
        server: { handle: reviewer(() => ({ allowed: true }), questions), path: "/access" },
        clock,
        version: "v1",
        allowedTtlMs: 1000,
        deniedTtlMs: 1000,
        onFailure: "noOpinion",
      }),
    ],
  });
  assert.equal((await get("/api/v1/namespaces/n/pods", "good"))[0], 200);
  assert.equal((await get("/api/v1/namespaces/n/pods", "good"))[0], 200);
  assert.equal((await get("/api/v1/namespaces/n/pods", "bad"))[0], 401);
  assert.equal(tokens.length, 2);
  assert.deepEqual(
    questions.map(({ spec }) => spec),
    [
      {
        resourceAttributes: { namespace: "n", verb: "list", version: "v1", resource: "pods" },
        user: "alice",
        groups: ["g", "system:authenticated"],
        extra: { k: ["v"] },
      },
    ],
  );
  await clock.advance(1001);
  await get("/api/v1/namespaces/n/pods", "good");
  assert.equal(questions.length, 2);
});

test("who can't be asked about is told that it is the server's fault, unless another allows it", async (t) => {
  const clock = new VirtualClock();
  const failing = accessWebhook({
    server: { handle: reviewer(() => 400), path: "/" },
    clock,
    version: "v1",
    allowedTtlMs: 0,
    deniedTtlMs: 0,
    onFailure: "noOpinion",
  });
  const alone = await serverWith(t, clock, { authorization: () => [failing] });
  assert.deepEqual(await alone("/api/v1/pods"), [
    500,
    'Internal Server Error: "/api/v1/pods": the server rejected our request for an unknown reason\n',
  ]);
  const both = await serverWith(t, clock, { authorization: (builtIn) => [failing, builtIn("AlwaysAllow")] });
  assert.equal((await both("/api/v1/pods"))[0], 200);
});

const CONFIGURATION = {
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AuthorizationConfiguration",
  authorizers: [
    {
      type: "Webhook",
      name: "w",
      webhook: {
        timeout: "3s",
        subjectAccessReviewVersion: "v1",
        matchConditionSubjectAccessReviewVersion: "v1",
        failurePolicy: "Deny",
        connectionInfo: { type: "KubeConfigFile", kubeConfigFile: "k" },
        matchConditions: [
          { expression: "has(request.resourceAttributes) && request.resourceAttributes.resource == 'pods'" },
        ],
      },
    },
    { type: "RBAC", name: "r" },
  ],
};

test("a webhook is asked only about what its conditions match", async () => {
  const asked: Json[] = [];
  const clock = new VirtualClock();
  const connect = () => ({ handle: reviewer(() => ({ denied: true, reason: "no" }), asked), path: "/" });
  const [webhook, rbac] = authorizersFrom(CONFIGURATION, { clock, connect, modes: ["RBAC"] });
  assert.equal(rbac, "RBAC");
  assert.ok(typeof webhook === "function");
  const about = (resource: string) =>
    webhook({
      user: { name: "u", groups: [] },
      isResource: true,
      path: "",
      verb: "get",
      group: "",
      version: "v1",
      resource,
      subresource: "",
      rest: "",
      namespace: "",
      name: "",
    });
  assert.deepEqual(await about("secrets"), { decision: "noOpinion", reason: "" });
  assert.deepEqual(await about("pods"), { decision: "deny", reason: "no" });
  assert.equal(asked.length, 1);
});

test("an authorization configuration that makes no sense is told of", () => {
  const clock = new VirtualClock();
  const connect = () => ({ handle: reviewer(() => 500), path: "/" });
  const webhook: Json = { ...CONFIGURATION.authorizers[0] };
  const check = (authorizers: readonly Json[], message: RegExp) =>
    assert.throws(() => authorizersFrom({ ...CONFIGURATION, authorizers }, { clock, connect, modes: ["RBAC"] }), {
      message,
    });
  const changed = (change: Json) => [{ ...webhook, webhook: { ...(webhook.webhook as Json), ...change } }];
  check([], /authorizers is empty/);
  check([{ type: "RBAC" }], /name is missing$/);
  check([{ type: "X", name: "x" }], /type is X, wanted Webhook or one of RBAC$/);
  check([webhook, webhook], /name is w a second time$/);
  check(changed({ timeout: "1m" }), /timeout is 1m, wanted more than 0s and at most 30s$/);
  check(changed({ failurePolicy: "Fail" }), /failurePolicy is Fail, wanted NoOpinion or Deny$/);
  check(changed({ matchConditions: [{ expression: "request.nothing" }] }), /expression can't be compiled/);
  check(changed({ connectionInfo: { type: "InClusterConfig" } }), /type is InClusterConfig, wanted KubeConfigFile$/);
});

test("policies of a file allow what they name", async () => {
  const policy = (spec: Json) =>
    JSON.stringify({ apiVersion: "abac.authorization.kubernetes.io/v1beta1", kind: "Policy", spec });
  const text = [
    policy({ user: "alice", namespace: "*", resource: "*", apiGroup: "*" }),
    "# comment",
    policy({ group: "readers", readonly: true, namespace: "n", resource: "pods" }),
    policy({ user: "*", readonly: true, nonResourcePath: "/api*" }),
  ].join("\n");
  const decide = abac(parseAbacPolicy(text));
  const allows = async (name: string, groups: readonly string[], more: Json) => {
    const request = { isResource: true, path: "", verb: "get", group: "", resource: "pods", namespace: "n" };
    return (await decide({ user: { name, groups }, ...request, ...more } as never)).decision === "allow";
  };
  assert.equal(await allows("alice", [], { verb: "delete", group: "apps", resource: "deployments" }), true);
  assert.equal(await allows("bob", ["readers"], {}), true);
  assert.equal(await allows("bob", ["readers"], { verb: "create" }), false);
  assert.equal(await allows("bob", ["readers"], { namespace: "m" }), false);
  assert.equal(await allows("bob", [], { isResource: false, path: "/apis" }), true);
  assert.equal(await allows("bob", [], { isResource: false, path: "/version" }), false);
  assert.throws(() => parseAbacPolicy(policy({ users: "x" })), { message: /line 1 has users: "x"/ });
  assert.throws(() => parseAbacPolicy("{}"), { message: /line 1 is a undefined/ });
});
