import { setTimeout as delay } from "node:timers/promises";
import { type Random, seededRandom } from "../../../../src/base/index.ts";
import { chance, type Scene, some } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { mutations, policyExpressions, validations } from "./expressions.ts";

type Json = Record<string, unknown>;

const ASKED = 22;
const REQUESTS_PER_SCRIPT = 36;
/** Longer than the original takes to put policies to work after they were written. */
const AT_WORK_MS = 2500;
/** Longer than it takes to hear of kinds that parameters may be of. */
const KNOWN_MS = 15_000;
const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";

/** Policies of both kinds with their bindings and parameters, and requests that they look at. */
export function policies({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const scripts = Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index): Script => {
    const kind = index % 3 === 2 ? "mutating" : "validating";
    return {
      title: `${kind} policies ${index}`,
      group: "policies",
      run: (ask, _own, id) =>
        live({ ask, random: seededRandom(`${seed}/policies/${index}`), id, namespace: `n-${id}` }, kind),
    };
  });
  return [{ title: "policies that stay", group: "policies that stay", run: (ask) => keepParameters(ask) }, ...scripts];
}

/** Once the last policy with parameters of a kind of its own has gone, the original never finds any of them again. */
async function keepParameters(ask: Scene["ask"]): Promise<void> {
  await defineParameters(ask);
  for (const kind of ["validating", "mutating"] as const) {
    const spec = {
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      matchConstraints: { namespaceSelector: { matchLabels: { none: "none" } }, resourceRules: [RULES[0]] },
    };
    const own =
      kind === "validating"
        ? { validations: [{ expression: "true" }] }
        : { mutations: mutationsOfNothing, reinvocationPolicy: "Never" };
    await ask({
      do: `POST ${REGISTRATION}/${kind}admissionpolicies`,
      body: { metadata: { name: "stays" }, spec: { ...spec, ...own } },
    });
    await ask({
      do: `POST ${REGISTRATION}/${kind}admissionpolicybindings`,
      body: {
        metadata: { name: "stays" },
        spec: {
          policyName: "stays",
          paramRef: { name: "none", parameterNotFoundAction: "Allow" },
          ...(kind === "validating" && { validationActions: ["Deny"] }),
        },
      },
    });
  }
}

const mutationsOfNothing = [{ patchType: "JSONPatch", jsonPatch: { expression: "[]" } }];

type Kind = "validating" | "mutating";

async function live(scene: Scene, kind: Kind): Promise<void> {
  const { ask, random, namespace, id } = scene;
  await makeNamespace(ask, namespace);
  await ask({
    do: `PATCH /api/v1/namespaces/${namespace}`,
    type: "application/merge-patch+json",
    body: { metadata: { labels: { env: "test" } } },
  });
  const core = `/api/v1/namespaces/${namespace}`;
  // The original goes through several parameters in any order: they say the same.
  for (const name of ["p-a", "p-b"])
    await ask({
      do: `POST ${core}/configmaps`,
      body: {
        metadata: { name, labels: { param: "yes", [name]: "x" } },
        data: { limit: "3", word: "abc" },
      },
    });
  await ask({
    do: `POST ${core}/configmaps`,
    body: { metadata: { name: "known", labels: { app: "a" } }, data: { k: "v" } },
  });
  const parameters = chance(random, 0.4) ? "own" : "known";
  if (parameters === "own") await makeParameters(ask, namespace, "Limit");
  await ask({ do: `POST /apis/apps/v1/namespaces/${namespace}/deployments`, body: deployment(random, "known") });
  const names = ["a", "b"].slice(0, 1 + random.int(2)).map((one) => `${one}-${id}`);
  for (const name of names) await makePolicy(scene, name, { kind, parameters });
  await delay(AT_WORK_MS);
  for (let index = 0; index < ASKED; index++) await ask(attempt(scene, index));
  for (const name of names) {
    await ask({ do: `GET ${REGISTRATION}/${kind}admissionpolicies/${name}` });
    for (const bound of ["x", "y"])
      await ask({ do: `DELETE ${REGISTRATION}/${kind}admissionpolicybindings/${bound}-${name}` });
    await ask({ do: `DELETE ${REGISTRATION}/${kind}admissionpolicies/${name}` });
  }
}

const GROUP = "parameters.example.com";
/** Kinds of parameters that users define, one in namespaces and one of the whole cluster. */
const OWN = [
  { plural: "limits", kind: "Limit", scope: "Namespaced" },
  { plural: "bounds", kind: "Bound", scope: "Cluster" },
] as const;

async function defineParameters(ask: Scene["ask"]): Promise<void> {
  const data = { type: "object", additionalProperties: { type: "string" } };
  const openAPIV3Schema = { type: "object", properties: { data, x: { type: "integer" } } };
  for (const { plural, kind, scope } of OWN)
    await ask({
      do: "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: {
        metadata: { name: `${plural}.${GROUP}` },
        spec: {
          group: GROUP,
          scope,
          names: { plural, kind },
          versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
        },
      },
    });
  await makeParameters(ask, "", "Bound");
  await delay(KNOWN_MS);
}

async function makeParameters(ask: Scene["ask"], namespace: string, kind: "Limit" | "Bound"): Promise<void> {
  const where = namespace === "" ? "" : `namespaces/${namespace}/`;
  for (const name of ["p-a", "p-b"])
    await ask({
      do: `POST /apis/${GROUP}/v1/${where}${kind.toLowerCase()}s`,
      body: {
        apiVersion: `${GROUP}/v1`,
        kind,
        metadata: { name, labels: { param: "yes" } },
        data: { limit: "3", word: "abc" },
        x: 1,
      },
    });
}

interface PolicyOptions {
  readonly kind: Kind;
  /** Whether parameters are of kinds that users define. */
  readonly parameters: "own" | "known";
}

async function makePolicy(scene: Scene, name: string, { kind, parameters }: PolicyOptions): Promise<void> {
  const { ask, random } = scene;
  const list = `${REGISTRATION}/${kind}admissionpolicies`;
  const known = [
    { apiVersion: "v1", kind: "ConfigMap" },
    { apiVersion: "v1", kind: "ConfigMap" },
    { apiVersion: "v1", kind: "Nope" },
  ];
  const own = OWN.map(({ kind: one }) => ({ apiVersion: `${GROUP}/v1`, kind: one }));
  const paramKind = chance(random, parameters === "own" ? 0.9 : 0.35)
    ? pick(parameters === "own" ? own : known, random)
    : undefined;
  const hasParams = paramKind !== undefined;
  const shared = {
    matchConstraints: constraints(scene, { isWide: false, kind }),
    ...(paramKind && { paramKind }),
    ...(chance(random, 0.4) && { failurePolicy: pick(["Fail", "Ignore"], random) }),
    ...policyExpressions(random, hasParams),
  };
  const spec =
    kind === "validating"
      ? { ...shared, ...validations(random, hasParams) }
      : {
          ...shared,
          mutations: mutations(random, hasParams),
          reinvocationPolicy: pick(["Never", "IfNeeded"], random),
        };
  await ask({ do: `POST ${list}`, body: { metadata: { name }, spec } });
  for (const bound of ["x", "y"].slice(0, 1 + random.int(2)))
    await ask({
      do: `POST ${REGISTRATION}/${kind}admissionpolicybindings`,
      body: { metadata: { name: `${bound}-${name}` }, spec: binding(scene, { policyName: name, hasParams, kind }) },
    });
}

const RULES: readonly Json[] = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] },
  { apiGroups: [""], apiVersions: ["*"], resources: ["configmaps", "secrets"] },
  { apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] },
  { apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] },
  { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] },
  { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments/scale", "deployments/status"] },
  { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments/*"] },
  { apiGroups: ["apps", ""], apiVersions: ["v1"], resources: ["*/status"] },
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods", "pods/exec", "pods/eviction", "pods/binding"] },
  { apiGroups: ["autoscaling"], apiVersions: ["v1"], resources: ["horizontalpodautoscalers"] },
  { apiGroups: ["autoscaling"], apiVersions: ["v2"], resources: ["horizontalpodautoscalers"] },
];

function rule(random: Random, { isWide, kind }: { readonly isWide: boolean; readonly kind: Kind }): Json {
  const operations = kind === "mutating" ? ["CREATE", "UPDATE", "CONNECT"] : ["CREATE", "UPDATE", "DELETE", "CONNECT"];
  const chosen = chance(random, 0.5)
    ? kind === "mutating"
      ? ["CREATE", "UPDATE"]
      : ["*"]
    : some(random, operations, 3);
  return {
    ...pick(isWide ? RULES.slice(0, 4) : RULES, random),
    operations: chosen.length > 0 ? [...new Set(chosen)] : ["CREATE"],
    ...(chance(random, 0.15) && { scope: pick(["*", "Namespaced", "Cluster"], random) }),
    ...(chance(random, 0.08) && { resourceNames: pick([["known"], ["o1", "known"], [""]], random) }),
  };
}

const SELECTORS: readonly Json[] = [
  { matchLabels: { app: "a" } },
  { matchExpressions: [{ key: "app", operator: "In", values: ["a", "b"] }] },
  { matchExpressions: [{ key: "app", operator: "NotIn", values: ["a"] }] },
  { matchExpressions: [{ key: "app", operator: "Exists" }] },
  { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] },
];

/** What a policy or binding looks at; nothing outside of the script's own namespace. */
function constraints({ random, namespace }: Scene, options: { readonly isWide: boolean; readonly kind: Kind }): Json {
  const name = "kubernetes.io/metadata.name";
  const more = chance(random, 0.15)
    ? [
        pick(
          [
            { key: "env", operator: "In", values: ["test"] },
            { key: "env", operator: "DoesNotExist" },
          ],
          random,
        ),
      ]
    : [];
  return {
    resourceRules: Array.from({ length: 1 + random.int(2) }, () => rule(random, options)),
    namespaceSelector: { matchLabels: { [name]: namespace }, ...(more.length > 0 && { matchExpressions: more }) },
    ...(chance(random, 0.2) && { excludeResourceRules: [rule(random, options)] }),
    ...(chance(random, 0.2) && { objectSelector: pick(SELECTORS, random) }),
    ...(chance(random, 0.3) && { matchPolicy: pick(["Exact", "Equivalent"], random) }),
  };
}

function binding(
  scene: Scene,
  { policyName, hasParams, kind }: { readonly policyName: string; readonly hasParams: boolean; readonly kind: Kind },
): Json {
  const { random, namespace } = scene;
  const ref = {
    ...pick<Json>(
      [
        { name: "p-a" },
        { name: "none" },
        { selector: { matchLabels: { param: "yes" } } },
        { selector: { matchLabels: { param: "no" } } },
        { selector: { matchExpressions: [{ key: "param", operator: "Exists" }] } },
      ],
      random,
    ),
    ...(chance(random, 0.4) && { namespace: pick([namespace, namespace, "kube-system"], random) }),
    parameterNotFoundAction: pick(["Deny", "Allow"], random),
  };
  return {
    policyName: chance(random, 0.05) ? `none-${policyName}` : policyName,
    ...((hasParams ? chance(random, 0.9) : chance(random, 0.05)) && { paramRef: ref }),
    ...(kind === "validating" && {
      validationActions: pick(
        [["Deny"], ["Deny"], ["Deny"], ["Warn"], ["Audit"], ["Deny", "Audit"], ["Warn", "Audit"]],
        random,
      ),
    }),
    ...(chance(random, 0.25) && { matchResources: constraints(scene, { isWide: true, kind }) }),
  };
}

function deployment(random: Random, name: string): Json {
  const labels = { app: pick(["a", "b", "c"], random) };
  return {
    metadata: { name, labels },
    spec: {
      replicas: random.int(6),
      selector: { matchLabels: { d: "d" } },
      template: {
        metadata: { labels: { d: "d" } },
        spec: { containers: [{ name: "c", image: pick(["nginx", "registry.example/x:1"], random) }] },
      },
    },
  };
}

/** A write in the namespace, of something that policies look at. */
function attempt({ random, namespace, id }: Scene, index: number): Request {
  const core = `/api/v1/namespaces/${namespace}`;
  const apps = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const dry = chance(random, 0.3) ? "?dryRun=All" : "";
  const name = chance(random, 0.1) ? "" : `o${index}`;
  const known = chance(random, 0.6) ? "known" : `o${random.int(index + 1)}`;
  const labels = chance(random, 0.7) ? { labels: { app: pick(["a", "b", "c"], random) } } : {};
  const metadata = name ? { name, ...labels } : { generateName: "gen-", ...labels };
  const data = chance(random, 0.8)
    ? { data: { k: pick(["v", "abc", ""], random), ...(chance(random, 0.3) && { n: "5" }) } }
    : {};
  const merge = "application/merge-patch+json";
  const scaler = (version: string) => ({
    do: `POST /apis/autoscaling/${version}/namespaces/${namespace}/horizontalpodautoscalers${dry}`,
    body: {
      metadata,
      spec: {
        scaleTargetRef: { kind: "Deployment", name: "known", apiVersion: "apps/v1" },
        maxReplicas: 3,
        minReplicas: 2,
      },
    },
  });
  return pick<() => Request>(
    [
      () => ({ do: `POST ${core}/configmaps${dry}`, body: { metadata, ...data } }),
      () => ({ do: `POST ${core}/configmaps${dry}`, body: { metadata, ...data } }),
      () => ({ do: `PUT ${core}/configmaps/${known}${dry}`, body: { metadata: { name: known, ...labels }, ...data } }),
      () => ({ do: `PATCH ${core}/configmaps/${known}${dry}`, type: merge, body: { metadata: labels, ...data } }),
      () => ({ do: `DELETE ${core}/configmaps/${known === "known" && !dry ? "o0" : known}${dry}` }),
      () => ({ do: `POST ${core}/secrets${dry}`, body: { metadata, stringData: { k: "v" } } }),
      () => ({ do: `POST ${apps}${dry}`, body: { ...deployment(random, name), metadata: { ...metadata } } }),
      () => ({ do: `PATCH ${apps}/known${dry}`, type: merge, body: { spec: { replicas: random.int(9) } } }),
      () => ({ do: `PATCH ${apps}/known/scale${dry}`, type: merge, body: { spec: { replicas: random.int(9) } } }),
      () => ({ do: `PATCH ${apps}/known/status${dry}`, type: merge, body: { status: { replicas: random.int(9) } } }),
      () => scaler("v1"),
      () => scaler("v2"),
      () => ({
        do: `POST ${core}/pods${dry}`,
        body: { metadata, spec: { containers: [{ name: "c", image: "nginx" }] } },
      }),
      () => ({ do: `DELETE ${core}/configmaps?labelSelector=app=${id}` }),
      () => ({
        do: `POST ${core}/configmaps${dry}`,
        body: { metadata, ...data },
        headers: { "impersonate-user": "eve", "impersonate-group": ["system:masters", "g"] },
      }),
      () => ({ do: `POST ${core}/pods/o1/binding${dry}`, body: { metadata: { name: "o1" }, target: { name: "n" } } }),
      () => ({
        do: `PATCH ${core}/configmaps/new-${index}?fieldManager=m&dryRun=All`,
        type: "application/apply-patch+yaml",
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `new-${index}`, ...labels }, ...data },
      }),
    ],
    random,
  )();
}
