import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../../../src/base/index.ts";
import type { Ask, Request } from "../exchange.ts";
import { pick } from "../mutate.ts";

/** Long enough for the informers of a server's authorizers to have seen what was written. */
const SEEN_MS = 250;
export const RBAC = "/apis/rbac.authorization.k8s.io/v1";
export const RBAC_GROUP = "rbac.authorization.k8s.io";

/** What a script about access works with. */
export interface Scene {
  readonly ask: Ask;
  readonly random: Random;
  readonly id: string;
  readonly namespace: string;
}

/** Waits until a server decides by what was written. */
export const untilSeen = () => delay(SEEN_MS);

export const chance = (random: Random, likelihood: number) => random.float() < likelihood;

/** Up to `max` values, at times none or one twice. */
export function some<T>(random: Random, list: readonly T[], max = 3): T[] {
  return Array.from({ length: random.int(max + 1) }, () => pick(list, random));
}

/** Headers with which an administrator, or `as`, acts as somebody else. */
export function impersonating(user: string, groups: readonly string[] = [], others: Request["headers"] = {}) {
  return {
    headers: { "impersonate-user": user, ...(groups.length > 0 && { "impersonate-group": [...groups] }), ...others },
  };
}

/** Binds a user to rules of its own everywhere. */
export async function grant({ ask, id }: Scene, name: string, user: string, rules: readonly unknown[]): Promise<void> {
  const metadata = { name: `${name}-${id}` };
  await ask({ do: `POST ${RBAC}/clusterroles`, body: { metadata, rules } });
  await ask({
    do: `POST ${RBAC}/clusterrolebindings`,
    body: {
      metadata,
      roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: metadata.name },
      subjects: [{ kind: "User", name: user, apiGroup: RBAC_GROUP }],
    },
  });
}
