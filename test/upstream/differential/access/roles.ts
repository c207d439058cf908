import { seededRandom } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { randomQuestion, randomRequest } from "./questions.ts";
import { randomAggregation, randomRule, soundRule } from "./rules.ts";
import { chance, impersonating, RBAC, RBAC_GROUP, type Scene, some, untilSeen } from "./scene.ts";

const ASKED = 10;
const REQUESTS_PER_SCRIPT = 22;

/** Roles and bindings, what they let a user do, and what the user may grant to others. */
export function roles({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `roles ${index}`,
    group: "roles",
    run: (ask, _own, id) =>
      grantAndUse({ ask, random: seededRandom(`${seed}/roles/${index}`), id, namespace: `n-${id}` }),
  }));
}

async function grantAndUse(scene: Scene): Promise<void> {
  const { ask, random, id, namespace } = scene;
  await makeNamespace(ask, namespace);
  const user = `u-${id}`;
  for (const name of ["r-a", "r-b"])
    await ask({
      do: `POST ${RBAC}/namespaces/${namespace}/roles`,
      body: { metadata: { name }, rules: [soundRule(random), soundRule(random)] },
    });
  await ask({
    do: `POST ${RBAC}/clusterroles`,
    body: { metadata: { name: `c-${id}` }, rules: [soundRule(random), soundRule(random)] },
  });
  for (const name of ["b-a", "b-b"])
    await ask({ do: `POST ${RBAC}/namespaces/${namespace}/rolebindings`, body: binding(scene, name, user) });
  if (chance(random, 0.6))
    await ask({ do: `POST ${RBAC}/clusterrolebindings`, body: binding(scene, `cb-${id}`, user) });
  await untilSeen();
  for (let index = 0; index < ASKED; index++) {
    const groups = some(random, [`g-${id}`, "developers"], 2);
    const kind = random.float();
    if (kind < 0.35) await ask({ ...randomRequest(scene), ...impersonating(user, groups) });
    else if (kind < 0.6) await ask(randomQuestion(scene, user, groups));
    else await ask({ ...grantRequest(scene), ...impersonating(user, groups) });
  }
}

/** Binds one of the roles, or one that isn't there, to subjects of whom the user may be one. */
function binding({ random, id, namespace }: Scene, name: string, user: string): unknown {
  const subjects = [
    { kind: "User", name: user, apiGroup: RBAC_GROUP },
    { kind: "Group", name: `g-${id}`, apiGroup: RBAC_GROUP },
    { kind: "ServiceAccount", name: "default", namespace },
    { kind: "Group", name: "system:authenticated" },
    { kind: "User", name: "somebody" },
    ...(chance(random, 0.1)
      ? [
          { kind: "ServiceAccount", name: "x", apiGroup: "y" },
          { kind: "Nobody", name: "" },
        ]
      : []),
  ].filter(({ name: subject }) => name.startsWith("b-") || !subject.startsWith("system:"));
  return {
    metadata: { name },
    roleRef: roleRef({ random, id }),
    subjects: some(random, subjects, 3),
  };
}

function roleRef({ random, id }: Pick<Scene, "random" | "id">): unknown {
  const known = [
    { apiGroup: RBAC_GROUP, kind: "Role", name: "r-a" },
    { apiGroup: RBAC_GROUP, kind: "Role", name: "r-b" },
    { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: `c-${id}` },
    { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: "view" },
    { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: `none-${id}` },
    { apiGroup: RBAC_GROUP, kind: "Role", name: "none" },
  ];
  const wrong = [
    { kind: "Role", name: "r-a" },
    { apiGroup: "apps", kind: "Role", name: "" },
    { kind: "X", name: "a/b" },
  ];
  return pick(chance(random, 0.1) ? wrong : known, random);
}

/** A try to grant something. */
function grantRequest(scene: Scene) {
  const { random, id, namespace } = scene;
  const dry = "?dryRun=All";
  const rules = Array.from({ length: 1 + random.int(2) }, () =>
    chance(random, 0.7) ? soundRule(random) : randomRule(random),
  );
  const aggregation = chance(random, 0.3) && { aggregationRule: randomAggregation(random) };
  const inNamespace = `${RBAC}/namespaces/${namespace}`;
  switch (random.int(8)) {
    case 0:
    case 1:
      return { do: `POST ${inNamespace}/roles${dry}`, body: { metadata: { name: "new" }, rules } };
    case 2:
      return { do: `PUT ${inNamespace}/roles/r-a${dry}`, body: { metadata: { name: "r-a" }, rules } };
    case 3:
      return {
        do: `POST ${RBAC}/clusterroles${dry}`,
        body: { metadata: { name: `new-${id}` }, rules, ...aggregation },
      };
    case 4:
      return {
        do: `PATCH ${RBAC}/clusterroles/c-${id}${dry}`,
        type: "application/merge-patch+json",
        body: { rules, ...aggregation },
      };
    case 5:
      return { do: `POST ${RBAC}/clusterrolebindings${dry}`, body: binding(scene, `new-${id}`, "x") };
    case 6:
      return { do: `PUT ${inNamespace}/rolebindings/b-a${dry}`, body: binding(scene, "b-a", "x") };
    default:
      return { do: `POST ${inNamespace}/rolebindings${dry}`, body: binding(scene, "b-new", "x") };
  }
}
