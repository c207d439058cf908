import type { KindBehavior } from "../../kind.ts";
import type { Node } from "./node.ts";

/** What a node's declaration can't say. */
export const nodeBehavior: KindBehavior<Node> = {
  statusOnCreate: true,
  setDefaults(node) {
    if (node.status?.capacity && !node.status.allocatable) node.status.allocatable = { ...node.status.capacity };
  },
};
