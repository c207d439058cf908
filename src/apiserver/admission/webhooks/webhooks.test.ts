import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type TestContext, test } from "node:test";
import {
  type Clock,
  cryptoRandom,
  realClock,
  Scope,
  seededRandom,
  silentLog,
  VirtualClock,
} from "../../../base/index.ts";
import { type ApiRequest, type Handler, listen, readBody } from "../../../net/index.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../../pki/index.ts";
import { openMemoryStore } from "../../../store/index.ts";
import { createApiServer } from "../../create.ts";
import { caller } from "../../testing/requests.ts";

type Json = Record<string, any>;
/** What a webhook answers to the request inside a review. */
type Webhook = (request: Json) => Json | Promise<Json>;

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const MUTATING = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

const json = (status: number, value: unknown) => ({
  status,
  headers: { "content-type": "application/json" },
  body: { type: "bytes", bytes: Buffer.from(JSON.stringify(value)) } as const,
});

/** Serves webhooks by their path. */
function serving(webhooks: Readonly<Record<string, Webhook>>): Handler {
  return async (request: ApiRequest) => {
    const { request: asked, apiVersion } = JSON.parse(Buffer.from(await readBody(request)).toString());
    const response = await webhooks[request.path]!(asked);
    return json(200, {
      kind: "AdmissionReview",
      apiVersion,
      response: { uid: asked.uid, ...response },
    });
  };
}

/** A server whose service "hook" leads to these webhooks. */
async function start(t: TestContext, webhooks: Readonly<Record<string, Webhook>>, clock: Clock = realClock()) {
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const options = { store: openMemoryStore(), clock, random: seededRandom(1), log: silentLog, scope };
  const dial = () => serving(webhooks);
  const { handle, ready } = createApiServer({ ...options, dial });
  await ready;
  const call = caller(handle);
  const ask = async (what: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await call(what, body, { "content-type": "application/json", ...headers });
    const value: Json = JSON.parse(Buffer.from(await readBody(answer)).toString());
    return { code: answer.status, value, warnings: [answer.headers.warning ?? []].flat() };
  };
  const metadata = { name: "hook", labels: { "kubernetes.io/service-name": "hook" } };
  await ask("POST /api/v1/namespaces/default/services", {
    metadata,
    spec: { ports: [{ port: 443, targetPort: 8443 }] },
  });
  const slice = {
    metadata,
    addressType: "IPv4",
    ports: [{ name: "", port: 8443 }],
    endpoints: [{ addresses: ["10.1.2.3"] }],
  };
  await ask("POST /apis/discovery.k8s.io/v1/namespaces/default/endpointslices", slice);
  return ask;
}

type Ask = Awaited<ReturnType<typeof start>>;

function webhook(path: string, more: Json = {}): Json {
  return {
    name: `${path.slice(1)}.example.com`,
    clientConfig: { service: { namespace: "default", name: "hook", path } },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] }],
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    ...more,
  };
}

async function configure(ask: Ask, where: string, ...webhooks: readonly Json[]): Promise<void> {
  const { code, value } = await ask(`POST ${where}`, { metadata: { name: "w" }, webhooks });
  assert.equal(code, 201, value.message);
}

const patchOf = (...operations: readonly Json[]) => ({
  allowed: true,
  patchType: "JSONPatch",
  patch: Buffer.from(JSON.stringify(operations)).toString("base64"),
});
const configMap = (name = "a", data: Json = { k: "v" }) => ({ metadata: { name }, data });

test("a webhook is told what is asked, and its warnings are passed on", async (t) => {
  const told: Json[] = [];
  const ask = await start(t, {
    "/see": (request) => {
      told.push(request);
      return { allowed: true, warnings: ["mind the gap"], auditAnnotations: { a: "b" } };
    },
  });
  await configure(ask, VALIDATING, webhook("/see"));
  const { code, warnings } = await ask(`POST ${CONFIG_MAPS}?dryRun=All`, configMap());
  assert.equal(code, 201);
  assert.deepEqual(warnings, ['299 - "mind the gap"']);
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, configMap())).code, 201);
  assert.equal((await ask(`DELETE ${CONFIG_MAPS}/a`)).code, 200);
  const [tried, , deleted] = told as [Json, Json, Json];
  const resource = { group: "", version: "v1", resource: "configmaps" };
  const kind = { group: "", version: "v1", kind: "ConfigMap" };
  const { uid, object, ...rest } = tried;
  assert.match(uid, /^[0-9a-f-]{36}$/);
  assert.equal(object.kind, "ConfigMap");
  assert.deepEqual(object.data, { k: "v" });
  assert.deepEqual(rest, {
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    name: "a",
    namespace: "default",
    operation: "CREATE",
    userInfo: { username: "admin", groups: ["system:masters", "system:authenticated"] },
    oldObject: null,
    dryRun: true,
    options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", dryRun: ["All"] },
  });
  assert.equal(deleted.object, null);
  assert.equal(deleted.oldObject.metadata.name, "a");
});

test("a webhook refuses in its own words, or in none", async (t) => {
  const ask = await start(t, {
    "/no": ({ name }) =>
      name === "plain"
        ? { allowed: false }
        : { allowed: false, status: { code: 418, message: "short and stout", reason: "Teapot" } },
  });
  await configure(ask, VALIDATING, webhook("/no"));
  const { value } = await ask(`POST ${CONFIG_MAPS}`, configMap("tea"));
  assert.deepEqual(
    [value.code, value.reason, value.message],
    [418, "Teapot", 'admission webhook "no.example.com" denied the request: short and stout'],
  );
  const { value: plain } = await ask(`POST ${CONFIG_MAPS}`, configMap("plain"));
  assert.deepEqual(
    [plain.code, plain.message],
    [400, 'admission webhook "no.example.com" denied the request without explanation'],
  );
});

test("patches change the object, one webhook after the other, and who asks for it sees the end", async (t) => {
  const seen: string[] = [];
  const ask = await start(t, {
    "/first": ({ object }) => {
      seen.push(`first ${Object.keys(object.data).join()}`);
      return "first" in object.data ? { allowed: true } : patchOf({ op: "add", path: "/data/first", value: "1" });
    },
    "/second": ({ object }) => {
      seen.push(`second ${Object.keys(object.data).join()}`);
      return patchOf({ op: "add", path: "/data/second", value: "2" });
    },
    "/third": () => ({ allowed: true }),
  });
  await configure(
    ask,
    MUTATING,
    webhook("/first", { reinvocationPolicy: "IfNeeded" }),
    webhook("/second"),
    webhook("/third", { reinvocationPolicy: "IfNeeded" }),
  );
  const { value } = await ask(`POST ${CONFIG_MAPS}`, configMap());
  assert.deepEqual(value.data, { k: "v", first: "1", second: "2" });
  assert.deepEqual(seen, ["first k", "second first,k", "first first,k,second"]);
});

test("what makes no sense fails, or is passed over where failures are", async (t) => {
  const answers: Readonly<Record<string, Json>> = {
    uid: { uid: "x", allowed: true },
    type: { allowed: true, patch: "W10=" },
    strange: { ...patchOf({ op: "remove", path: "/data" }), patchType: "Strategic" },
  };
  const ask = await start(t, { "/odd": ({ name }) => answers[name]! });
  await configure(ask, MUTATING, webhook("/odd"));
  const failure = async (name: string) => (await ask(`POST ${CONFIG_MAPS}`, configMap(name))).value.message;
  const failed = 'Internal error occurred: failed calling webhook "odd.example.com": ';
  const prefix = `${failed}received invalid webhook response: `;
  assert.match(await failure("uid"), /received invalid webhook response: expected response.uid="[^"]+", got "x"$/);
  assert.equal(await failure("type"), `${prefix}webhook returned response.patch but not response.patchType`);
  assert.equal(await failure("strange"), `${failed}unsupported patch type "Strategic"`);
  await ask(`PATCH ${MUTATING}/w`, [{ op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" }], {
    "content-type": "application/json-patch+json",
  });
  assert.equal((await ask(`POST ${CONFIG_MAPS}`, configMap("uid"))).code, 201);
});

test("a webhook that speaks an older review is asked in that, and of its answer less is checked", async (t) => {
  const patch = Buffer.from(JSON.stringify([{ op: "add", path: "/data/by", value: "hook" }])).toString("base64");
  const ask = await start(t, { "/old": () => ({ uid: "another", allowed: true, patch }) });
  await configure(ask, MUTATING, webhook("/old", { admissionReviewVersions: ["v1alpha1", "v1beta1", "v1"] }));
  const { value } = await ask(`POST ${CONFIG_MAPS}`, configMap());
  assert.deepEqual(value.data, { k: "v", by: "hook" });
  const strict = [{ op: "replace", path: "/webhooks/0/admissionReviewVersions", value: ["v1", "v1beta1"] }];
  await ask(`PATCH ${MUTATING}/w`, strict, { "content-type": "application/json-patch+json" });
  const { value: refused } = await ask(`POST ${CONFIG_MAPS}`, configMap("b"));
  assert.match(refused.message, /expected response.uid="[^"]+", got "another"$/);
});

test("a webhook that takes too long is given up", async (t) => {
  const clock = new VirtualClock();
  const ask = await start(t, { "/slow": () => new Promise(() => {}) }, clock);
  await configure(ask, VALIDATING, webhook("/slow", { timeoutSeconds: 3 }));
  const answer = ask(`POST ${CONFIG_MAPS}`, configMap());
  await clock.advance(2_900);
  assert.equal(await Promise.race([answer, "waiting"]), "waiting");
  await clock.advance(200);
  assert.equal(
    (await answer).value.message,
    'Internal error occurred: failed calling webhook "slow.example.com": failed to call webhook: Post "https://hook.default.svc:443/slow?timeout=3s": context deadline exceeded',
  );
});

test("over TLS, a webhook at a URL is believed only with a certificate by the authority of its configuration", async (t) => {
  const sources = { clock: realClock(), random: cryptoRandom() };
  const [known, other] = ["known", "other"].map((commonName) => createAuthority({ ...sources, commonName }));
  const pair = issueKeyPair(known!, {
    ...sources,
    subject: { commonName: "hook" },
    sans: { dns: ["localhost"], ip: ["127.0.0.1"] },
    usages: ["server auth"],
  });
  const tls = { cert: pair.certificatePem, key: pair.keyPem };
  const handler = serving({ "/mark": () => patchOf({ op: "add", path: "/data/marked", value: "yes" }) });
  const listener = await listen({ host: "127.0.0.1", port: 0, tls, handler, log: silentLog, clock: sources.clock });
  t.after(() => listener.close(0));
  const ask = await start(t, {});
  const at = (host: string, ca: typeof known) =>
    webhook("/mark", {
      clientConfig: {
        url: `https://${host}:${listener.port}/mark`,
        caBundle: Buffer.from(certificateToPem(ca!.certificate)).toString("base64"),
      },
    });
  for (const host of ["127.0.0.1", "localhost"]) {
    await configure(ask, MUTATING, at(host, known));
    assert.equal((await ask(`POST ${CONFIG_MAPS}?dryRun=All`, configMap())).value.data.marked, "yes");
    await ask(`DELETE ${MUTATING}/w`);
  }
  await configure(ask, MUTATING, at("127.0.0.1", other));
  const { code, value } = await ask(`POST ${CONFIG_MAPS}`, configMap());
  assert.equal(code, 500);
  assert.match(
    value.message,
    /^Internal error occurred: failed calling webhook "mark.example.com": failed to call webhook: Post "https:\/\/127\.0\.0\.1:\d+\/mark\?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
  );
});

test("what comes by default comes to what a webhook added, and who asks for it sees that", async (t) => {
  const told: Json[] = [];
  const sidecar = { name: "sidecar", image: "example.com/sidecar" };
  const ask = await start(t, {
    "/add": ({ object }) => {
      told.push(object);
      const has = object.spec.containers.some(({ name }: Json) => name === "sidecar");
      return has ? { allowed: true } : patchOf({ op: "add", path: "/spec/containers/-", value: sidecar });
    },
  });
  const pods = { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] };
  const adding = { ...webhook("/add"), rules: [pods] };
  await configure(ask, MUTATING, { ...adding, reinvocationPolicy: "IfNeeded" });
  await ask("POST /api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  const limits = { limits: [{ type: "Container", defaultRequest: { cpu: "7m" } }] };
  assert.equal(
    (await ask("POST /api/v1/namespaces/default/limitranges", { metadata: { name: "l" }, spec: limits })).code,
    201,
  );
  const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } };
  const { value } = await ask("POST /api/v1/namespaces/default/pods", pod);
  const [own, added] = value.spec.containers;
  assert.deepEqual([own.resources.requests, added.resources.requests], [{ cpu: "7m" }, { cpu: "7m" }]);
  assert.deepEqual(
    told.map(({ spec }) => spec.containers.at(-1)?.resources?.requests),
    [{ cpu: "7m" }, { cpu: "7m" }],
  );
  assert.deepEqual(
    told.map(({ spec }) => spec.containers.length),
    [1, 2],
  );
});

test("reviews are shown to webhooks, which may refuse or change them", async (t) => {
  const ask = await start(t, {
    "/no": () => ({ allowed: false, status: { message: "not asked" } }),
    "/change": () => patchOf({ op: "replace", path: "/spec/user", value: "nobody" }),
  });
  const reviews = (group: string, resources: string[]) => ({
    apiGroups: [group],
    apiVersions: ["v1"],
    resources,
    operations: ["CREATE"],
  });
  const rule = reviews("authentication.k8s.io", ["*"]);
  await configure(ask, VALIDATING, { ...webhook("/no"), rules: [rule] });
  const authorization = reviews("authorization.k8s.io", ["subjectaccessreviews"]);
  await configure(ask, MUTATING, { ...webhook("/change"), rules: [authorization] });
  for (const [path, spec] of [
    ["authentication.k8s.io/v1/tokenreviews", { token: "t" }],
    ["authentication.k8s.io/v1/selfsubjectreviews", {}],
  ] as const) {
    const { code, value } = await ask(`POST /apis/${path}`, { spec });
    assert.equal(code, 400, path);
    assert.match(value.message, /denied the request: not asked/);
  }
  const attributes = { verb: "get", resource: "pods" };
  const asked = { user: "admin", groups: ["system:masters"], resourceAttributes: attributes };
  const { value } = await ask("POST /apis/authorization.k8s.io/v1/subjectaccessreviews", { spec: asked });
  assert.equal(value.spec.user, "nobody");
});

test("a webhook sees a version that its rules name, and the request's own only where they name that or ask for no other", async (t) => {
  const told: Json[] = [];
  const see: Webhook = (request) => {
    told.push(request);
    return { allowed: true };
  };
  const ask = await start(t, {
    "/exact": see,
    "/equivalent": see,
    "/double": (request) => {
      told.push(request);
      return patchOf({ op: "replace", path: "/spec/targetCPUUtilizationPercentage", value: 90 });
    },
  });
  const rule = { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], operations: ["CREATE"] };
  const older = { rules: [{ ...rule, apiVersions: ["v1"] }] };
  await configure(
    ask,
    VALIDATING,
    { ...webhook("/exact"), ...older, name: "exact.example.com", matchPolicy: "Exact" },
    { ...webhook("/equivalent"), ...older, name: "equivalent.example.com" },
  );
  await configure(ask, MUTATING, { ...webhook("/double"), ...older });
  const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
  const { code, value } = await ask("POST /apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", {
    metadata: { name: "h" },
    spec: { scaleTargetRef, maxReplicas: 3, metrics: [cpu] },
  });
  assert.equal(code, 201, value.message);
  assert.equal(value.spec.metrics[0].resource.target.averageUtilization, 90);
  assert.deepEqual(
    told.map(({ kind, requestKind, requestResource, object }) => [
      kind.version,
      requestKind.version,
      requestResource.version,
      object.apiVersion,
      object.spec.targetCPUUtilizationPercentage,
    ]),
    [
      ["v1", "v2", "v2", "autoscaling/v1", 50],
      ["v1", "v2", "v2", "autoscaling/v1", 90],
    ],
  );
  told.length = 0;
  await ask("POST /apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers", {
    metadata: { name: "i" },
    spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
  });
  assert.deepEqual(
    told.map(({ kind, requestKind }) => [kind.version, requestKind.version]),
    [
      ["v1", "v1"],
      ["v1", "v1"],
      ["v1", "v1"],
    ],
  );
});

test("of a subresource that takes something else webhooks see that, and what they change of it counts", async (t) => {
  const told: Json[] = [];
  const ask = await start(t, {
    "/more": (request) => {
      told.push(request);
      if (request.subResource !== "scale") return { allowed: true };
      return patchOf({ op: "replace", path: "/spec/replicas", value: 7 });
    },
  });
  const pods = "/api/v1/namespaces/default/pods";
  const spec = { containers: [{ name: "c", image: "i" }] };
  await ask("POST /api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
  await ask(`POST ${pods}`, { metadata: { name: "p" }, spec });
  const sets = "/apis/apps/v1/namespaces/default/replicasets";
  const template = { metadata: { labels: { a: "b" } }, spec };
  await ask(`POST ${sets}`, { metadata: { name: "s" }, spec: { selector: { matchLabels: { a: "b" } }, template } });
  const rule = { apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] };
  await configure(ask, MUTATING, { ...webhook("/more"), rules: [rule] });
  const { value } = await ask(`PUT ${sets}/s/scale`, {
    metadata: { name: "s", namespace: "default" },
    spec: { replicas: 2 },
  });
  assert.equal(value.spec.replicas, 7);
  await ask(`POST ${pods}/p/binding`, { metadata: { name: "p" }, target: { kind: "Node", name: "n" } });
  await ask(`POST ${pods}/p/eviction`, { metadata: { name: "p" } });
  assert.deepEqual(
    told.map(({ operation, kind, resource, object, oldObject }) => [
      `${operation} ${resource.resource}`,
      `${kind.group}/${kind.version} ${kind.kind}`,
      object?.kind,
      oldObject?.kind,
    ]),
    [
      ["UPDATE replicasets", "autoscaling/v1 Scale", "Scale", "Scale"],
      ["CREATE pods", "/v1 Binding", "Binding", undefined],
      ["CREATE pods", "policy/v1 Eviction", "Eviction", undefined],
    ],
  );
});

test("who may still change a new object doesn't see what only the server says of it; who may refuse it does", async (t) => {
  const told: Json[] = [];
  const see: Webhook = ({ object }) => {
    told.push(object.metadata);
    return { allowed: true };
  };
  const ask = await start(t, { "/mutate": see, "/validate": see });
  await configure(ask, MUTATING, webhook("/mutate"));
  await configure(ask, VALIDATING, webhook("/validate"));
  const { value } = await ask(`POST ${CONFIG_MAPS}`, configMap());
  assert.deepEqual(
    told.map(({ uid, creationTimestamp }) => [uid, creationTimestamp]),
    [
      [undefined, undefined],
      [value.metadata.uid, value.metadata.creationTimestamp],
    ],
  );
});
