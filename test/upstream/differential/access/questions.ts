import type { Random } from "../../../../src/base/index.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { chance, impersonating, type Scene, some } from "./scene.ts";

const METHODS = ["GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE"];
const TARGETS = [
  ...["/api/v1/namespaces/NS/configmaps", "/api/v1/namespaces/NS/configmaps/a", "/api/v1/namespaces/NS/secrets"],
  ...[
    "/api/v1/namespaces/NS/pods/a/log",
    "/api/v1/namespaces/NS/pods/a/status",
    "/apis/apps/v1/namespaces/NS/deployments",
  ],
  ...["/apis/apps/v1/namespaces/NS/deployments/a/scale", "/api/v1/nodes", "/api/v1/nodes/a", "/api/v1/namespaces/NS"],
  ...["/api/v1/namespaces/NS/status", "/api/v1/namespaces", "/api/v1/watch/namespaces/NS/pods", "/apis/batch/v1/jobs"],
  ...[
    "/api/v1/namespaces/NS/configmaps?watch=1&timeoutSeconds=1",
    "/api/v1/namespaces/NS/nopes/x",
    "/apis/nope.io/v1/things",
  ],
  ...[
    "/api/v1/namespaces/NS/configmaps?fieldSelector=metadata.name=a",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ],
  ...["/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings/b-a", "/api/v1/namespaces/NS/services/a/proxy/x"],
  ...["/", "/healthz", "/healthz/ping", "/metrics", "/api", "/apis", "/apis/apps", "/apis/apps/v1", "/nope"],
  ...["/logs/", "/livez", "/readyz/ping", "/debug/pprof/", "/api/v1", "/api/v1/", "/apis/apps/v1/x/y/z/a/b"],
];

/** Anything that a user may try. */
export function randomRequest({ random, namespace }: Scene): Request {
  const method = pick(METHODS, random);
  const target = pick(TARGETS, random).replace("NS", namespace);
  const hasBody = ["POST", "PUT", "PATCH"].includes(method);
  const type = method === "PATCH" ? { type: "application/merge-patch+json" } : {};
  return { do: `${method} ${target}`, ...(hasBody && { body: { metadata: { name: "a" } }, ...type }) };
}

const AUTHORIZATION = "/apis/authorization.k8s.io/v1";
const REQUIREMENTS = [
  { key: "metadata.name", operator: "In", values: ["a"] },
  { key: "spec.nodeName", operator: "In", values: ["a", "b"] },
  { key: "x", operator: "Exists" },
  { key: "x", operator: "Exists", values: ["a"] },
  { key: "", operator: "In", values: ["a"] },
  { key: "bad key", operator: "NotIn", values: [] },
  { key: "x", operator: "Nope", values: ["a"] },
  { key: "x", operator: "" },
];
const RAW = ["metadata.name=a", "a in (b)", "a=b,c!=d", "=,", "a b", ""];

function selector(random: Random): unknown {
  return {
    ...(chance(random, 0.5) && { rawSelector: pick(RAW, random) }),
    ...(chance(random, 0.6) && { requirements: some(random, REQUIREMENTS, 2) }),
  };
}

function resourceAttributes({ random, namespace }: Scene): Record<string, unknown> {
  const [resource, subresource] = pick(
    ["configmaps", "pods/log", "pods", "deployments/scale", "roles", "*", "nodes", "secrets", "", "nodes/status"],
    random,
  ).split("/");
  return {
    ...(chance(random, 0.8) && { namespace: pick([namespace, namespace, "other", "*"], random) }),
    ...(chance(random, 0.95) && { verb: pick(["get", "list", "create", "*", "impersonate", "bind", "use"], random) }),
    ...(chance(random, 0.7) && { group: pick(["", "apps", "*", "rbac.authorization.k8s.io"], random) }),
    ...(chance(random, 0.2) && { version: pick(["v1", "*"], random) }),
    resource,
    ...(subresource && { subresource }),
    ...(chance(random, 0.3) && { name: pick(["a", "b", "r-a"], random) }),
    ...(chance(random, 0.12) && { fieldSelector: selector(random) }),
    ...(chance(random, 0.12) && { labelSelector: selector(random) }),
  };
}

function pathAttributes(random: Random): unknown {
  return {
    path: pick(["/healthz", "/metrics", "/api", "/x", "", "*"], random),
    verb: pick(["get", "post", ""], random),
  };
}

/** A review of what the user may do, by an administrator or by itself. */
export function randomQuestion(scene: Scene, user: string, groups: readonly string[]): Request {
  const { random, namespace } = scene;
  const spec = {
    ...(chance(random, 0.8) && { resourceAttributes: resourceAttributes(scene) }),
    ...(chance(random, 0.25) && { nonResourceAttributes: pathAttributes(random) }),
  };
  const metadata = chance(random, 0.1)
    ? { metadata: pick([{ name: "x" }, { labels: { a: "b" } }, { namespace }], random) }
    : {};
  const subject = {
    ...(chance(random, 0.95) && { user }),
    ...(groups.length > 0 && { groups }),
    ...(chance(random, 0.1) && { uid: "7", extra: { Scopes: ["a"], b: [] } }),
  };
  switch (random.int(5)) {
    case 0:
      return {
        do: `POST ${AUTHORIZATION}/selfsubjectaccessreviews`,
        body: { ...metadata, spec },
        ...impersonating(user, groups),
      };
    case 1:
      return {
        do: `POST ${AUTHORIZATION}/selfsubjectrulesreviews`,
        body: { ...metadata, spec: pick([{ namespace }, { namespace }, {}, { namespace: "other" }], random) },
        ...impersonating(user, groups),
      };
    case 2:
      return {
        do: `POST ${AUTHORIZATION}/namespaces/${namespace}/localsubjectaccessreviews`,
        body: { ...metadata, spec: { ...spec, ...subject } },
      };
    default:
      return { do: `POST ${AUTHORIZATION}/subjectaccessreviews`, body: { ...metadata, spec: { ...spec, ...subject } } };
  }
}
