import { setTimeout as delay } from "node:timers/promises";
import { type Random, seededRandom } from "../../../../src/base/index.ts";
import { chance, type Scene, some } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { HookServer } from "../hook-server.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { MUTATING_ANSWERS, SLOW_ANSWERS, VALIDATING_ANSWERS } from "./hooks.ts";
import { attempt, defineOwn, makeKnown } from "./webhook-writes.ts";

type Json = Record<string, unknown>;

const ASKED = 24;
const REQUESTS_PER_SCRIPT = 80;
/** Longer than the original takes to put webhooks to work after they were written. */
const AT_WORK_MS = 500;
const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";

export interface HookScene extends Scene {
  readonly hooks: HookServer;
  /** Whose certificate is by another authority than clients are told. */
  readonly strangers: HookServer;
}

type Servers = Pick<HookScene, "hooks" | "strangers">;

/** Webhooks of both kinds, and writes that they are shown. */
export function webhooks({
  seed,
  count,
  ...servers
}: Servers & { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `webhooks ${index}`,
    group: "webhooks",
    run: (ask, _own, id) =>
      live({ ask, random: seededRandom(`${seed}/webhooks/${index}`), id, namespace: `n-${id}`, ...servers }),
  }));
}

async function live(scene: HookScene): Promise<void> {
  const { ask, random, namespace, id } = scene;
  await makeNamespace(ask, namespace);
  const merge = "application/merge-patch+json";
  await ask({
    do: `PATCH /api/v1/namespaces/${namespace}`,
    type: merge,
    body: { metadata: { labels: { env: "test", script: id, app: "a" } } },
  });
  await defineOwn(scene);
  await makeKnown(scene);
  const made: string[] = [];
  for (const kind of ["mutating", "validating"] as const)
    made.push(...(await configure(scene, kind, random.int(kind === "mutating" ? 4 : 3))));
  await delay(AT_WORK_MS);
  await ask({ do: `HOOKS ${id}` });
  for (let index = 0; index < ASKED; index++) {
    const { write, read } = attempt(scene, index);
    await ask(write);
    await ask({ do: `HOOKS ${id}` });
    if (read !== undefined) await ask({ do: `GET ${read}` });
  }
  for (const path of made) await ask({ do: `DELETE ${path}` });
}

type Kind = "mutating" | "validating";

/** Makes configurations whose order by name isn't the one in which they are made. */
async function configure(scene: HookScene, kind: Kind, count: number): Promise<string[]> {
  const { ask, random, id } = scene;
  const list = `${REGISTRATION}/${kind}webhookconfigurations`;
  const names = ["b-", "a-", "a0-", "a.", "c-"].slice(0, count);
  let place = 0;
  const paths: string[] = [];
  for (const prefix of names) {
    const all = Array.from({ length: 1 + random.int(3) }, () => webhook(scene, kind, place++));
    const name = `${prefix}${id}`;
    await ask({ do: `POST ${list}`, body: { metadata: { name }, webhooks: all } });
    paths.push(`${list}/${name}`);
  }
  return paths;
}

const NICE = ["allow", "allow", "annotate", "warn", "deny", "denycode"];
const NICE_CHANGES = [
  "label",
  "tier",
  "appa",
  "appb",
  "counting",
  "counting",
  "data",
  "replicas",
  "image",
  "container",
];

function webhook(scene: HookScene, kind: Kind, place: number): Json {
  const { random, hooks, strangers, id, namespace } = scene;
  const isMutating = kind === "mutating";
  const all = isMutating ? MUTATING_ANSWERS : VALIDATING_ANSWERS;
  const nice = isMutating && chance(random, 0.7) ? NICE_CHANGES : NICE;
  let answer = pick(chance(random, 0.45) ? nice : all, random);
  if (SLOW_ANSWERS.has(answer) && chance(random, 0.6)) answer = "allow";
  const isSlow = SLOW_ANSWERS.has(answer);
  const path = `admit/${id}/${kind}/${place}/${answer}`;
  const name = "kubernetes.io/metadata.name";
  const more = chance(random, 0.15) ? [pick(NAMESPACE_SELECTORS, random)] : [];
  const isWide = chance(random, 0.3);
  return {
    name: `${pick(["w", "v", "x"], random)}${place}.example.com`,
    clientConfig: clientConfig({ random, hooks, strangers }, path),
    rules: Array.from({ length: 1 + random.int(2) }, () => rule(scene, isWide)),
    sideEffects: pick(["None", "None", "None", "NoneOnDryRun"], random),
    admissionReviewVersions: pick(
      [["v1"], ["v1"], ["v1"], ["v1", "v1beta1"], ["v1beta1", "v1"], ["v1beta1"], ["v2", "v1"]],
      random,
    ),
    namespaceSelector: { matchLabels: { [name]: namespace }, ...(more.length > 0 && { matchExpressions: more }) },
    ...(isSlow ? { timeoutSeconds: 1 } : chance(random, 0.2) && { timeoutSeconds: pick([1, 7, 30], random) }),
    ...(chance(random, 0.35) && { failurePolicy: pick(["Fail", "Ignore", "Ignore"], random) }),
    ...(chance(random, 0.4) && { matchPolicy: pick(["Exact", "Equivalent"], random) }),
    ...(chance(random, 0.25) && { objectSelector: pick(OBJECT_SELECTORS, random) }),
    ...(chance(random, 0.3) && { matchConditions: matchConditions(random) }),
    ...(isMutating && chance(random, 0.5) && { reinvocationPolicy: pick(["Never", "IfNeeded", "IfNeeded"], random) }),
  };
}

function clientConfig(
  { random, hooks, strangers }: Pick<HookScene, "random" | "hooks" | "strangers">,
  path: string,
): Json {
  const { caBundle } = hooks;
  const good = { url: hooks.url(path), caBundle };
  if (chance(random, 0.93)) return good;
  return pick<Json>(
    [
      { url: strangers.url(path), caBundle },
      { url: hooks.url(path) },
      { url: "https://127.0.0.1:1/refused", caBundle },
      { url: "https://no-such-host.invalid/path", caBundle },
      { service: { namespace: "default", name: "no-such-service", path: "/a" }, caBundle },
      { service: { namespace: "default", name: "kubernetes", port: 8, path: "/a" }, caBundle },
    ],
    random,
  );
}

const NAMESPACE_SELECTORS: readonly Json[] = [
  { key: "env", operator: "In", values: ["test"] },
  { key: "env", operator: "DoesNotExist" },
  { key: "app", operator: "NotIn", values: ["b"] },
];

const OBJECT_SELECTORS: readonly Json[] = [
  { matchLabels: { app: "a" } },
  { matchLabels: { tier: "x" } },
  { matchLabels: { hooked: "yes" } },
  { matchExpressions: [{ key: "app", operator: "In", values: ["a", "b"] }] },
  { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["x"] }] },
  { matchExpressions: [{ key: "app", operator: "Exists" }] },
  { matchExpressions: [{ key: "hooked", operator: "DoesNotExist" }] },
];

const CONDITIONS: readonly string[] = [
  "true",
  "false",
  "request.operation != 'DELETE'",
  "request.operation == 'CREATE' || request.operation == 'UPDATE'",
  "object.metadata.name.startsWith('o')",
  "oldObject == null",
  "has(object.metadata.labels) && object.metadata.labels['app'] == 'a'",
  "object.metadata.labels['app'] == 'a'",
  "object.metadata.labels['tier'] == 'x'",
  "request.userInfo.username == 'admin'",
  "request.dryRun == false",
  "object.spec.replicas > 2",
  "authorizer.group('').resource('pods').check('create').allowed()",
  "request.options.fieldManager == 'm'",
  "has(object.metadata.uid)",
  "request.requestKind.version == request.kind.version",
  "request.name != ''",
  "1 / (has(object.data) ? 0 : 1) == 1",
];

function matchConditions(random: Random): Json[] {
  return Array.from({ length: 1 + random.int(2) }, (_, index) => ({
    name: `c${index}`,
    expression: pick(CONDITIONS, random),
  }));
}

const RULES: readonly Json[] = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] },
  { apiGroups: [""], apiVersions: ["*"], resources: ["configmaps", "secrets"] },
  { apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], scope: "Namespaced" },
  { apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], scope: "Namespaced" },
  { apiGroups: ["", "apps"], apiVersions: ["v1"], resources: ["*"], scope: "Namespaced" },
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods/*"] },
  { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] },
  { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments/scale", "deployments/status"] },
  { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments/*", "deployments"] },
  { apiGroups: ["*"], apiVersions: ["*"], resources: ["*/scale", "*/status"], scope: "Namespaced" },
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    resources: ["pods", "pods/exec", "pods/eviction", "pods/binding", "pods/resize"],
  },
  { apiGroups: [""], apiVersions: ["v1"], resources: ["serviceaccounts/token", "serviceaccounts", "bindings"] },
  { apiGroups: [""], apiVersions: ["v1"], resources: ["namespaces", "namespaces/status"] },
  { apiGroups: ["autoscaling"], apiVersions: ["v1"], resources: ["horizontalpodautoscalers", "*/scale"] },
  {
    apiGroups: ["autoscaling"],
    apiVersions: ["v2"],
    resources: ["horizontalpodautoscalers", "horizontalpodautoscalers/status"],
  },
  { apiGroups: [""], apiVersions: ["v1"], resources: ["events"] },
  { apiGroups: ["events.k8s.io"], apiVersions: ["v1"], resources: ["events"] },
];

/** Nothing that isn't in a namespace may be looked at but what is the script's own. */
function rule({ random, id }: Scene, isWide: boolean): Json {
  const group = `${id}.example.com`;
  const own: readonly Json[] = [
    { apiGroups: [group], apiVersions: ["v1"], resources: ["things"] },
    { apiGroups: [group], apiVersions: ["v2", "v3"], resources: ["things", "wides"] },
    { apiGroups: [group], apiVersions: ["v3"], resources: ["things", "things/*"] },
    { apiGroups: [group], apiVersions: ["*"], resources: ["*", "*/*"] },
  ];
  const operations = chance(random, 0.5) ? ["*"] : some(random, ["CREATE", "UPDATE", "DELETE", "CONNECT"], 3);
  const chosen = pick(isWide ? RULES.slice(2, 5) : chance(random, 0.3) ? own : RULES, random);
  return {
    ...chosen,
    operations: operations.length > 0 ? [...new Set(operations)] : ["CREATE"],
    ...(chosen.scope === undefined && chance(random, 0.15) && { scope: pick(["*", "Namespaced", "Cluster"], random) }),
  };
}
