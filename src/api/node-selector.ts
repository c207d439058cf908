import { own } from "../base/index.ts";
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Toleration } from "./core/v1/affinity.ts";
import type { Node, Taint } from "./core/v1/node.ts";

/** Whether any of the terms matches the node; a term without conditions matches nothing. */
export function nodeSelectorMatches(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((term) => nodeTermMatches(term, node));
}

/** Whether all of a term's conditions hold. */
export function nodeTermMatches(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    expressions.every((requirement) => requirementHolds(requirement, own(labels, requirement.key))) &&
    fields.every((requirement) =>
      requirementHolds(requirement, requirement.key === "metadata.name" ? node.metadata.name : undefined),
    )
  );
}

function requirementHolds({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return isInteger(value) && isInteger(values[0]) && BigInt(value) > BigInt(values[0]);
    case "Lt":
      return isInteger(value) && isInteger(values[0]) && BigInt(value) < BigInt(values[0]);
    default:
      return false;
  }
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?\d{1,19}$/.test(text);
}

/** Whether one of the tolerations covers the taint. */
export function tolerates(
  tolerations: readonly Toleration[] | undefined,
  taint: Pick<Taint, "key" | "effect" | "value">,
): boolean {
  return (tolerations ?? []).some((toleration) => tolerationCovers(toleration, taint));
}

/** Whether this toleration covers the taint. */
export function tolerationCovers(toleration: Toleration, taint: Pick<Taint, "key" | "effect" | "value">): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || "Equal") {
    case "Equal":
      return toleration.key !== undefined && toleration.key !== "" && (toleration.value ?? "") === (taint.value ?? "");
    case "Exists":
      return true;
    default:
      // Gt and Lt stand behind a gate that is off; the API server turns them down.
      return false;
  }
}
