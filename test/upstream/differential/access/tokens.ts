import { seededRandom } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { chance, type Scene, some, untilSeen } from "./scene.ts";

const ASKED = 8;
const REQUESTS_PER_SCRIPT = 24;
const ISSUER = "https://kubernetes.default.svc.cluster.local";

/** Tokens of service accounts, asked for in good ways and bad, shown to the server and reviewed while what they are bound to goes. */
export function tokens({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `tokens ${index}`,
    group: "tokens",
    run: (ask, _own, id) => use({ ask, random: seededRandom(`${seed}/tokens/${index}`), id, namespace: `n-${id}` }),
  }));
}

const POD = { containers: [{ name: "c", image: "i" }] };

async function use(scene: Scene): Promise<void> {
  const { ask, random, id, namespace } = scene;
  await makeNamespace(ask, namespace);
  const core = `/api/v1/namespaces/${namespace}`;
  const uids: Record<string, string> = {};
  const make = async (path: string, body: { metadata: { name: string } }) => {
    const { body: made } = await ask({ do: `POST ${path}`, body });
    uids[body.metadata.name] = made?.metadata?.uid ?? "none";
  };
  await make("/api/v1/nodes", { metadata: { name: `node-${id}` } });
  const secret = {
    type: "kubernetes.io/service-account-token",
    metadata: { name: "s", annotations: { "kubernetes.io/service-account.name": "default" } },
  };
  await make(`${core}/secrets`, pick([secret, { metadata: { name: "s" } }, secret], random));
  const nodeName = chance(random, 0.5) ? `node-${id}` : pick(["", `gone-${id}`], random);
  await make(`${core}/pods`, { metadata: { name: "p" }, spec: { ...POD, ...(nodeName && { nodeName }) } } as never);
  await make(`${core}/serviceaccounts`, { metadata: { name: "other" } });
  await untilSeen();
  const made: string[] = [];
  for (let index = 0; index < ASKED; index++) {
    const account = pick(["default", "default", "default", "other", "none"], random);
    const { body } = await ask({
      do: `POST ${core}/serviceaccounts/${account}/token${chance(random, 0.05) ? "?dryRun=All" : ""}`,
      body: tokenRequest(scene, uids),
      ...(chance(random, 0.1) && {
        accept: pick(["application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io"], random),
      }),
    });
    if (body?.status?.token) made.push(body.status.token);
  }
  const review = async () => {
    for (const token of made) await ask(tokenReview(scene, token));
  };
  await review();
  const gone = pick(["pods/p", "secrets/s", "serviceaccounts/default"], random);
  await ask({ do: `DELETE ${core}/${gone}?gracePeriodSeconds=0` });
  await ask({ do: `DELETE /api/v1/nodes/node-${id}` });
  await untilSeen();
  for (const token of made.slice(0, 3))
    await ask({ do: `POST /apis/authentication.k8s.io/v1/selfsubjectreviews`, body: {}, as: `token:${token}` });
  await ask(
    tokenReview(
      scene,
      pick(
        ["nope", "a.b.c", "admin-token", "alice-token", "", "a b", " a", " ", forged({ iss: ISSUER }), forged({})],
        random,
      ),
    ),
  );
}

const forged = (claims: object) => `${encode({ alg: "RS256", kid: "x" })}.${encode(claims)}.c2ln`;
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

function tokenRequest({ random, id, namespace }: Scene, uids: Readonly<Record<string, string>>): unknown {
  const names: Record<string, string> = {
    Pod: "p",
    Secret: "s",
    Node: `node-${id}`,
    ServiceAccount: "default",
    pod: "p",
  };
  const kind = pick(["Pod", "Pod", "Secret", "Node", "Node", "ServiceAccount", "pod", ""], random);
  const name = names[kind] ?? "p";
  const ref = {
    ...(chance(random, 0.95) && { kind }),
    ...(chance(random, 0.9) && { apiVersion: pick(["v1", "v1", "v1", "v1", "apps/v1", ""], random) }),
    ...(chance(random, 0.95) && { name: chance(random, 0.1) ? "gone" : name }),
    ...(chance(random, 0.7) && { uid: chance(random, 0.15) ? "other" : uids[name] }),
  };
  const spec = {
    ...(chance(random, 0.5) && { audiences: some(random, ["vault", ISSUER, "vault", "", "a b"], 3) }),
    ...(chance(random, 0.5) && {
      expirationSeconds: pick(
        [600, 599, 3600, 0, -1, 4_294_967_296, 4_294_967_297, 1_000_000_000, "600", 3607],
        random,
      ),
    }),
    ...(chance(random, 0.6) && { boundObjectRef: ref }),
    ...(chance(random, 0.03) && { nope: 1 }),
  };
  const metadata = pick(
    [{ name: "default" }, { name: "x" }, { namespace }, { namespace: "x" }, { labels: { a: "b" } }],
    random,
  );
  return {
    ...(chance(random, 0.3) && { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest" }),
    ...(chance(random, 0.15) && { metadata }),
    ...(chance(random, 0.95) && { spec }),
    ...(chance(random, 0.05) && { status: { token: "x" } }),
  };
}

function tokenReview({ random }: Scene, token: string) {
  const audiences = some(random, ["vault", ISSUER, "x", ""], 2);
  return {
    do: "POST /apis/authentication.k8s.io/v1/tokenreviews",
    body: {
      ...(chance(random, 0.1) && { metadata: { name: "x", labels: { a: "b" } } }),
      spec: { token, ...(chance(random, 0.5) && { audiences }) },
    },
  };
}
