import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterRole, ClusterRoleBinding, type KindDefinition, Role, RoleBinding } from "../../api/index.ts";
import { type Random, seededRandom } from "../../base/index.ts";
import type { Attributes, Reads } from "../contracts.ts";
import { allows, rbac, rulesFor } from "./rbac.ts";

type Json = Record<string, unknown>;

/** Roles and bindings in memory; each change of a kind is another version of it. */
class Objects {
  readonly #byKind = new Map<unknown, Json[]>();
  readonly #versions = new Map<unknown, number>();

  set(kind: unknown, objects: Json[]): void {
    this.#byKind.set(kind, objects);
    this.#versions.set(kind, (this.#versions.get(kind) ?? 0) + 1);
  }

  get reads(): Reads {
    const cached = (kind: unknown, namespace = "") =>
      (this.#byKind.get(kind) ?? []).filter(
        ({ metadata }) => namespace === "" || (metadata as Json).namespace === namespace,
      );
    return { cached, version: (kind: KindDefinition) => this.#versions.get(kind) ?? 0 } as unknown as Reads;
  }
}

const NAMES = ["a", "b", "c"];
const VERBS = ["get", "list", "*"];
const USERS = NAMES.map((name) => ({ name, groups: [`${name}s`, "all"] })).concat({
  name: "system:serviceaccount:a:b",
  groups: ["all"],
});

const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)]!;
const some = (random: Random, make: () => Json) => Array.from({ length: random.int(4) }, make);

function role(random: Random): Json {
  const rule = () => ({ apiGroups: [""], resources: [pick(random, NAMES)], verbs: [pick(random, VERBS)] });
  return { metadata: { name: pick(random, NAMES), namespace: pick(random, NAMES) }, rules: some(random, rule) };
}

function binding(random: Random): Json {
  const subject = () =>
    pick(random, [
      { kind: "User", name: pick(random, NAMES) },
      { kind: "Group", name: pick(random, ["all", "as", "bs"]) },
      { kind: "ServiceAccount", name: "b", namespace: pick(random, ["", "a"]) },
    ]);
  return {
    metadata: { name: pick(random, NAMES), namespace: pick(random, NAMES) },
    roleRef: { kind: pick(random, ["Role", "ClusterRole"]), name: pick(random, NAMES) },
    subjects: some(random, subject),
  };
}

test("what is kept of a user's grants decides as roles and bindings do, through all their changes", async () => {
  const random = seededRandom("rbac");
  const objects = new Objects();
  const authorizer = rbac(objects.reads);
  let allowedCount = 0;
  for (let round = 0; round < 400; round++) {
    const kind = pick(random, [ClusterRole, Role, ClusterRoleBinding, RoleBinding]);
    const make = kind === ClusterRole || kind === Role ? role : binding;
    objects.set(
      kind,
      some(random, () => make(random)),
    );
    for (let ask = 0; ask < 12; ask++) {
      const user = pick(random, USERS);
      const namespace = pick(random, ["", ...NAMES]);
      const attributes = {
        ...{ isResource: true, path: "", verb: pick(random, ["get", "list"]), group: "", version: "v1", name: "x" },
        ...{ resource: pick(random, NAMES), subresource: "", rest: "", namespace, user },
      } as Attributes;
      const { decision } = await authorizer(attributes);
      const rules = namespace === "" ? rulesFor(objects.reads, user, "-") : rulesFor(objects.reads, user, namespace);
      assert.equal(decision, allows(rules, attributes) ? "allow" : "noOpinion", `round ${round}`);
      if (decision === "allow") allowedCount++;
    }
  }
  assert.ok(allowedCount > 300 && allowedCount < 4500, `${allowedCount} allowed`);
});
