import { queryOf } from "../../client/index.ts";
import { ask, type Session } from "./connection.ts";
import { discover, findResources, pathOf } from "./resources.ts";

interface Selected {
  readonly spec?: { readonly selector?: unknown };
}

/** The pod that a word means: its name, pod/NAME, or one of those that TYPE/NAME selects. */
export async function podOf(session: Session, word: string): Promise<string> {
  const [type = "", name = ""] = word.includes("/") ? word.split("/") : ["pods", word];
  if (["pod", "pods", "po"].includes(type)) return name;
  const [resource] = findResources(await discover(session.client), type);
  const owner = await ask<Selected>(session, pathOf(resource!, session.namespace, name));
  const labelSelector = selectorOf(owner.spec?.selector);
  if (labelSelector === "") throw new Error(`find pod of ${word}: it selects none`);
  const path = `/api/v1/namespaces/${encodeURIComponent(session.namespace)}/pods`;
  const { items } = await ask<{ items: readonly PodLike[] | null }>(session, path, queryOf({ labelSelector }));
  const pods = [...(items ?? [])].sort((a, b) => rank(a) - rank(b));
  if (pods.length === 0) throw new Error(`find pod of ${word}: there is none`);
  return pods[0]!.metadata.name;
}

interface PodLike {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: { readonly phase?: string };
}

/** Running pods first, those that go last. */
function rank({ metadata, status }: PodLike): number {
  return metadata.deletionTimestamp ? 2 : status?.phase === "Running" ? 0 : 1;
}

/** A selector of labels as queries write it; "" when it selects nothing. */
function selectorOf(selector: unknown): string {
  if (typeof selector !== "object" || selector === null) return "";
  const { matchLabels, matchExpressions = [] } = selector as {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values?: string[] }[];
  };
  const labels = matchLabels ?? (matchExpressions.length > 0 ? {} : (selector as Record<string, string>));
  const terms = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === "In") terms.push(`${key} in (${values.join(",")})`);
    else if (operator === "NotIn") terms.push(`${key} notin (${values.join(",")})`);
    else terms.push(operator === "Exists" ? key : `!${key}`);
  }
  return terms.join(",");
}
