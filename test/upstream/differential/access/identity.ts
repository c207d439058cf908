import { seededRandom } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { chance, grant, type Scene, some, untilSeen } from "./scene.ts";

const ASKED = 12;
const REQUESTS_PER_SCRIPT = 18;

/** Callers of all sorts, who act as somebody else as far as they may. */
export function identities({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `identity ${index}`,
    group: "identity",
    run: (ask, _own, id) => call({ ask, random: seededRandom(`${seed}/identity/${index}`), id, namespace: `n-${id}` }),
  }));
}

async function call(scene: Scene): Promise<void> {
  const { ask, random, id, namespace } = scene;
  await makeNamespace(ask, namespace);
  const rules = Array.from({ length: 1 + random.int(5) }, () => impersonationRule(scene));
  await grant(scene, "imp", `u-${id}`, rules);
  await untilSeen();
  const token = await ask({ do: `POST /api/v1/namespaces/${namespace}/serviceaccounts/default/token`, body: {} });
  const jwt = token.body?.status?.token ?? "none";
  const callers = [
    ...[`cert:u-${id}:`, `cert:u-${id}:`, `cert:u-${id}:g-${id},developers`],
    ...["alice", "admin", "anonymous", "token:nope", "token:", `token:${jwt}`, `token:${jwt}x`, "token:a.b.c"],
  ];
  for (let index = 0; index < ASKED; index++) {
    if (chance(random, 0.15)) {
      await ask(oddly(scene));
      continue;
    }
    const isOwn = chance(random, 0.6);
    await ask({
      ...target(scene),
      as: isOwn ? `cert:u-${id}:${pick(["", "developers"], random)}` : pick(callers, random),
      ...(chance(random, isOwn ? 0.9 : 0.4) ? { headers: impersonation(scene) } : {}),
    });
  }
}

/** A token that is shown in another way than most do. */
function oddly(scene: Scene): Request {
  const { random } = scene;
  const token = pick(["admin-token", "alice-token", "nope"], random);
  if (chance(random, 0.7))
    return { ...target(scene), as: "anonymous", headers: { authorization: pick(AUTHORIZATIONS, random)(token) } };
  const inProtocol = `${TOKEN_PROTOCOL}${pick([Buffer.from(token).toString("base64url"), "", "_w", "A"], random)}`;
  const offered = pick([[inProtocol, "x"], ["binary.k8s.io", inProtocol], [inProtocol], ["x"]], random);
  return {
    do: "SOCKET /api/v1/namespaces?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone",
    as: "anonymous",
    headers: { origin: "https://localhost", "sec-websocket-protocol": offered },
  };
}

const TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";
const AUTHORIZATIONS: readonly ((token: string) => string)[] = [
  (token) => `bearer ${token}`,
  (token) => `BEARER ${token} x`,
  (token) => `Bearer  ${token}`,
  (token) => `Bearer\t${token}`,
  (token) => `Bearer \t${token}`,
  (token) => `Bearer ${token},Bearer x`,
  (token) => `Token ${token}`,
  (token) => `Basic ${Buffer.from(`admin:${token}`).toString("base64")}`,
  () => "Bearer",
  () => "Basic",
  () => "Negotiate",
];

const SELF = "POST /apis/authentication.k8s.io/v1/selfsubjectreviews";

function target({ random, namespace }: Scene): Request {
  if (chance(random, 0.6))
    return {
      do: SELF,
      body: pick(
        [
          {},
          { metadata: { name: "x" } },
          { spec: {} },
          { kind: "SelfSubjectReview", apiVersion: "authentication.k8s.io/v1" },
        ],
        random,
      ),
    };
  const paths = [
    `/api/v1/namespaces/${namespace}/configmaps`,
    "/healthz",
    "/api",
    "/nope",
    "/apis/nope",
    `/api/v1/namespaces/${namespace}`,
  ];
  return { do: `${pick(["GET", "GET", "DELETE"], random)} ${pick(paths, random)}` };
}

const users = ({ id, namespace }: Scene) => [
  ...[`v-${id}`, `v-${id}`, `system:serviceaccount:${namespace}:default`, `system:node:node-${id}`, "system:anonymous"],
  ...["system:kube-scheduler", "alice", "system:serviceaccount:x", "system:serviceaccount:A B:c", "system:node:", ""],
];
const GROUPS = [
  "system:masters",
  "team",
  "system:unauthenticated",
  "system:authenticated",
  "system:nodes",
  "system:serviceaccounts",
  "",
];
const EXTRAS = [
  "Impersonate-Extra-scopes",
  "impersonate-extra-acme.com%2fproject",
  "Impersonate-Extra-Dn",
  "impersonate-extra-%zz",
];

function impersonation(scene: Scene): Record<string, string | string[]> {
  const { random } = scene;
  const groups = some(random, GROUPS, 2);
  const extra = chance(random, 0.25) ? pick(EXTRAS, random) : undefined;
  return {
    ...(chance(random, 0.92) && { "impersonate-user": pick(users(scene), random) }),
    ...(chance(random, 0.4) && groups.length > 0 && { "impersonate-group": groups }),
    ...(chance(random, 0.15) && { "impersonate-uid": pick(["7", ""], random) }),
    ...(extra && { [extra]: some(random, ["view", "a,b", ""], 2) }),
  };
}

/** A rule that lets impersonate, of the old verb or of those that are for one mode. */
function impersonationRule(scene: Scene): object {
  const { random, namespace, id } = scene;
  const mode = pick(["user-info", "user-info", "serviceaccount", "arbitrary-node", "associated-node"], random);
  switch (random.int(6)) {
    case 0:
      return {
        apiGroups: [""],
        resources: some(random, ["users", "groups", "serviceaccounts", "*"], 3).concat("users"),
        verbs: ["impersonate"],
        ...named(scene),
      };
    case 1:
      return {
        apiGroups: ["authentication.k8s.io"],
        resources: ["uids", "userextras/scopes", "userextras/*"],
        verbs: ["impersonate"],
      };
    case 2:
      return {
        apiGroups: ["authentication.k8s.io"],
        resources: some(
          random,
          ["users", "groups", "uids", "userextras/scopes", "serviceaccounts", "nodes", "*"],
          4,
        ).concat("users"),
        verbs: [`impersonate:${mode}`],
        ...named(scene),
      };
    case 3:
      return { apiGroups: ["*"], resources: ["*"], verbs: [`impersonate:${mode}`] };
    case 4:
      return {
        apiGroups: ["*"],
        resources: ["*"],
        verbs: [
          pick(
            [
              `impersonate-on:${mode}:create`,
              `impersonate-on:${mode}:list`,
              `impersonate-on:${mode}:get`,
              `impersonate-on:${mode}:*`,
            ],
            random,
          ),
        ],
      };
    default:
      return pick(
        [
          { nonResourceURLs: ["*"], verbs: [`impersonate-on:${mode}:get`] },
          {
            apiGroups: [""],
            resources: ["configmaps"],
            verbs: ["impersonate", `impersonate-on:${mode}:list`],
            resourceNames: [`v-${id}`, namespace],
          },
        ],
        random,
      );
  }
}

function named({ random, id }: Scene): object {
  if (chance(random, 0.6)) return {};
  return { resourceNames: some(random, [`v-${id}`, "default", "team", "system:masters", `node-${id}`, "*"], 3) };
}
