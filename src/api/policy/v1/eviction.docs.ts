import { TYPE_META, doc, type StructDoc } from "../../doc.ts";
import { Eviction } from "./eviction.ts";

export const evictionDocs: readonly StructDoc[] = [
  doc(Eviction, "Asks to delete a pod, if the disruption budgets allow it; created as a pod's subresource.", {
    ...TYPE_META,
    metadata: "Name and namespace of the pod.",
    deleteOptions: "How the pod is to be deleted.",
  }),
];
