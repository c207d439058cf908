import type { Decision } from "./decision.ts";

/** "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) …." as the PodScheduled condition and the event say it. */
export function unschedulableMessage({ nodeCount, rejectedAll, rejections }: Decision, afterFilter: string): string {
  if (nodeCount === 0) return "no nodes available to schedule pods";
  const head = rejectedAll
    ? `0/${nodeCount} nodes are available: ${rejectedAll.reasons.join(", ")}.`
    : nodesMessage(
        nodeCount,
        rejections.map((rejection) => rejection.reasons),
      );
  return afterFilter ? `${head} ${afterFilter}` : head;
}

/** The first sentence: counted reasons in alphabetical order. */
export function nodesMessage(nodeCount: number, reasonsOfNodes: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const reasons of reasonsOfNodes) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const head = `0/${nodeCount} nodes are available`;
  return parts.length === 0 ? `${head}.` : `${head}: ${parts.join(", ")}.`;
}
