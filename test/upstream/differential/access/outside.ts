import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type Random, seededRandom } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import type { Ask, Request } from "../exchange.ts";
import { HttpAnswer, type Hook, type HookServer, type Review } from "../hook-server.ts";
import { pick } from "../mutate.ts";
import { chance, some } from "./scene.ts";

type Json = Record<string, unknown>;

const ASKED = 12;
const HOUR = 3600;

/** Keys of an issuer: one of each type, and one that nobody knows. */
export class Issuer {
  readonly #keys = {
    RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ES256: generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
    unknown: generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
  };

  /** What the server of the issuer answers, by path; `url` is where it is. */
  pages(url: () => string): Readonly<Record<string, Hook>> {
    const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: "jwk" }), kid, use: "sig" });
    const keys = [jwk(this.#keys.RS256.publicKey, "RS256"), jwk(this.#keys.ES256.publicKey, "ES256")];
    return {
      issuer: (_, page) => (page === "/keys" ? { keys } : { issuer: url(), jwks_uri: `${url()}/keys` }),
    };
  }

  /** A token; `by` names the key, `alg` what the token says of it. */
  token(
    claims: Json,
    by: "RS256" | "ES256" | "unknown" = "RS256",
    alg: string = by === "unknown" ? "ES256" : by,
  ): string {
    const part = (value: Json) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg, kid: by })}.${part(claims)}`;
    const signature = sign("sha256", Buffer.from(text), { key: this.#keys[by].privateKey, dsaEncoding: "ieee-p1363" });
    return `${text}.${signature.toString("base64url")}`;
  }
}

/** An AuthenticationConfiguration for an issuer. */
export function authentication(url: string, ca: string): unknown {
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    jwt: [
      {
        issuer: { url, certificateAuthority: ca, audiences: ["here", "there"], audienceMatchPolicy: "MatchAny" },
        claimValidationRules: [
          { claim: "tenant", requiredValue: "t" },
          { expression: "!has(claims.level) || claims.level > 1", message: "level is too low" },
          { expression: "!has(claims.odd) || claims.odd" },
        ],
        claimMappings: {
          username: { expression: "'jwt:' + claims.sub" },
          groups: { claim: "groups", prefix: "jwt:" },
          uid: { claim: "uid" },
          extra: [
            { key: "example.com/one", valueExpression: "has(claims.one) ? claims.one : ''" },
            { key: "example.com/many", valueExpression: "has(claims.many) ? claims.many : ['x']" },
          ],
        },
        userValidationRules: [
          { expression: "!user.username.startsWith('jwt:system:')", message: "system users are made here" },
          { expression: "user.groups.all(group, group != 'jwt:bad')" },
        ],
      },
    ],
    anonymous: { enabled: true, conditions: [{ path: "/readyz" }, { path: "/livez" }] },
  };
}

/** An AuthorizationConfiguration that asks webhooks beside RBAC. */
export function authorization(kubeconfig: (hook: string) => string): unknown {
  const webhook = (name: string, hook: string, more: Json) => ({
    type: "Webhook",
    name,
    webhook: {
      authorizedTTL: "1s",
      unauthorizedTTL: "1s",
      timeout: "3s",
      subjectAccessReviewVersion: "v1",
      matchConditionSubjectAccessReviewVersion: "v1",
      failurePolicy: "NoOpinion",
      connectionInfo: { type: "KubeConfigFile", kubeConfigFile: kubeconfig(hook) },
      ...more,
    },
  });
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthorizationConfiguration",
    authorizers: [
      { type: "Node", name: "node" },
      { type: "RBAC", name: "rbac" },
      webhook("strict", "broken", {
        failurePolicy: "Deny",
        matchConditions: [
          { expression: "has(request.resourceAttributes)" },
          { expression: "request.resourceAttributes.resource == 'secrets'" },
          { expression: "request.groups.exists(group, group == 'jwt:strict')" },
        ],
      }),
      webhook("failing", "access", {
        failurePolicy: "Deny",
        matchConditions: [
          { expression: "has(request.resourceAttributes) && request.resourceAttributes.resource == 'services'" },
          { expression: "request.extra['nothing'][0] == 'x'" },
        ],
      }),
      webhook("access", "access", {}),
    ],
  };
}

/** What decides about access and tokens: what it was asked is in what it answers. */
export function deciders(): Readonly<Record<string, Hook>> {
  return {
    access: ({ spec }: Review) => ({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      status: verdict(spec),
    }),
    broken: () => new HttpAnswer(400, "{}"),
    tokens: ({ apiVersion, spec }: Review) => ({ apiVersion, kind: "TokenReview", status: owner(spec) }),
  };
}

function verdict(spec: Review): Json {
  const reason = JSON.stringify(sorted(spec));
  const { verb = "", name = "" } = spec.resourceAttributes ?? spec.nonResourceAttributes ?? {};
  if (name === "both") return { allowed: true, denied: true, reason };
  if (name === "denied") return { denied: true, reason };
  return { allowed: verb === "get" && name !== "no", reason };
}

function owner({ token, audiences }: Review): Json {
  const [, kind] = /^hook-(\w+)/.exec(token) ?? [];
  const user = {
    username: `hook:${kind}`,
    uid: "u",
    groups: ["g"],
    extra: { seen: [JSON.stringify(audiences ?? null)] },
  };
  switch (kind) {
    case "good":
      return { authenticated: true, user };
    case "other":
      return { authenticated: true, user, audiences: ["elsewhere"] };
    case "mine":
      return { authenticated: true, user, audiences };
    case "bare":
      return { authenticated: true, user: { username: "bare" } };
    case "wrong":
      return { authenticated: false, error: "no such token" };
    default:
      return { authenticated: false };
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

/** A kubeconfig of a hook. */
export const kubeconfigOf = (server: HookServer, hook: string) => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server: server.url(hook), "certificate-authority-data": server.caBundle } }],
  users: [{ name: "u", user: {} }],
  contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  "current-context": "c",
});

/** Requests of users whom others know, for what others decide. */
export function outside(
  { seed, count }: { readonly seed: number; readonly count: number },
  { issuer, url, nowMs }: { readonly issuer: Issuer; readonly url: string; readonly nowMs: number },
): Script[] {
  return Array.from({ length: Math.ceil(count / (ASKED * 2)) }, (_, index) => ({
    title: `outside ${index}`,
    group: `outside ${index % 4}`,
    run: async (ask: Ask, _own: unknown, id: string) => {
      const random = seededRandom(`${seed}/outside/${index}`);
      for (let asked = 0; asked < ASKED; asked++) {
        const token = tokenOf(random, { issuer, url, seconds: Math.floor(nowMs / 1000) });
        await ask(review(random, token));
        await ask(attempt(random, { token, id }));
      }
    },
  }));
}

function tokenOf(
  random: Random,
  { issuer, url, seconds }: { readonly issuer: Issuer; readonly url: string; readonly seconds: number },
): string {
  if (chance(random, 0.35))
    return pick(
      ["hook-good", "hook-other", "hook-mine", "hook-bare", "hook-wrong", "hook-none", "alice-token", "nope"],
      random,
    );
  const claims = {
    iss: chance(random, 0.05) ? "https://elsewhere" : url,
    sub: pick(["alice", "bob", "system:admin", "jürgen"], random),
    aud: pick<unknown>(["here", ["there", "x"], "here", ["x"], "nowhere"], random),
    exp: seconds + (chance(random, 0.08) ? -HOUR : 24 * HOUR),
    ...(chance(random, 0.1) && { nbf: seconds + pick([-10, 60, 2 * HOUR], random) }),
    ...(chance(random, 0.92) && { tenant: pick<unknown>(["t", "t", "t", "t", "other", 5], random) }),
    ...(chance(random, 0.2) && { level: pick<unknown>([1, 2, 3.5, "x"], random) }),
    ...(chance(random, 0.1) && { odd: pick<unknown>([true, false, "x"], random) }),
    ...(chance(random, 0.6) && { groups: pick<unknown>(["one", ["a", "b"], [], ["bad"], ["strict"], [5], 7], random) }),
    ...(chance(random, 0.95) && { uid: pick<unknown>(["u-1", "u-1", "u-2", "", 5], random) }),
    ...(chance(random, 0.3) && { one: pick<unknown>(["1", "", 5], random) }),
    ...(chance(random, 0.3) && { many: pick<unknown>([["a", "b"], "c", [], [""], [5]], random) }),
    ...(chance(random, 0.3) && { jti: "id-1" }),
  };
  if (chance(random, 0.04)) delete (claims as Json).sub;
  const by = pick(["RS256", "RS256", "ES256", "ES256", "RS256", "ES256", "unknown"] as const, random);
  const token = issuer.token(claims, by, chance(random, 0.05) ? pick(["none", "HS256", "RS512"], random) : undefined);
  return chance(random, 0.04) ? token.replace(/.{8}$/, "AAAAAAAA") : token;
}

function review(random: Random, token: string): Request {
  const audiences = some(random, ["here", "elsewhere", "https://kubernetes.default.svc.cluster.local"], 2);
  return {
    do: "POST /apis/authentication.k8s.io/v1/tokenreviews",
    body: { spec: { token, ...(chance(random, 0.2) && audiences.length > 0 && { audiences }) } },
  };
}

function attempt(random: Random, { token, id }: { readonly token: string; readonly id: string }): Request {
  const as = `token:${token}`;
  const name = pick(["a", "both", "denied", "no"], random);
  const resource = pick(["configmaps", "secrets", "services"], random);
  return pick<Request>(
    [
      { do: "POST /apis/authentication.k8s.io/v1/selfsubjectreviews", body: {}, as },
      { do: `GET /api/v1/namespaces/n-${id}/${resource}/${name}`, as },
      { do: `GET /api/v1/namespaces/n-${id}/${resource}/${name}/status`, as },
      { do: `DELETE /api/v1/namespaces/n-${id}/${resource}/${name}`, as },
      {
        do: `GET /api/v1/${resource}?labelSelector=a%3Db,c+in+(d,e),!f,g,h!%3Di&fieldSelector=metadata.name%3Dx,metadata.namespace!%3Dy`,
        as,
      },
      { do: `GET /api/v1/${resource}?labelSelector=x%3E5&fieldSelector=(`, as },
      { do: "GET /version", as },
      { do: "GET /metrics", as },
      { do: pick(["GET /readyz", "GET /livez", "GET /version", "GET /api"], random), as: "anonymous" },
      {
        do: "POST /apis/authorization.k8s.io/v1/subjectaccessreviews",
        body: {
          spec: {
            user: pick(["x", "jwt:alice"], random),
            groups: some(random, ["jwt:strict", "g"], 2),
            ...(chance(random, 0.3) && { extra: { nothing: ["x"] } }),
            ...(chance(random, 0.8)
              ? {
                  resourceAttributes: {
                    verb: pick(["get", "list"], random),
                    resource,
                    name,
                    namespace: "n",
                    version: "v1",
                  },
                }
              : { nonResourceAttributes: { path: "/x", verb: "get" } }),
          },
        },
      },
      {
        do: "POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        body: { spec: { namespace: "default" } },
        as,
      },
    ],
    random,
  );
}
