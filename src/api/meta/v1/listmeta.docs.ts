import { doc, type StructDoc } from "../../doc.ts";
import { ListMeta, ShardInfo } from "./listmeta.ts";

export const listmetaDocs: readonly StructDoc[] = [
  doc(ListMeta, "What all lists have.", {
    selfLink: "No longer filled in.",
    resourceVersion: "Version that the list shows; a watch can start from it.",
    continue: "Token to ask for the next part with; empty when the list is complete.",
    remainingItemCount: "How many objects follow after this part; absent when that is unknown, as with selectors.",
    shardInfo: "Which part of the objects the list holds, if a part was asked for.",
  }),
  doc(ShardInfo, "The part of all objects that a list holds.", {
    selector: "The selector that was asked with.",
  }),
];
