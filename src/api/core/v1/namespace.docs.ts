import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import { Namespace, NamespaceStatus, NamespaceCondition, NamespaceSpec } from "./namespace.ts";

export const namespaceDocs: readonly StructDoc[] = [
  ...kindDocs(Namespace, "A room for names; most objects are in one.", {
    spec: "What must happen before the namespace goes.",
    status: "Whether the namespace is in use or being emptied.",
  }),
  doc(NamespaceStatus, "Where a namespace is in its life.", {
    phase: "Active, or Terminating while its objects are being deleted.",
    conditions: "What keeps the namespace from going.",
  }),
  doc(NamespaceCondition, "One aspect of a namespace's deletion.", {
    ...CONDITION,
    type: "Which aspect it is, such as NamespaceContentRemaining.",
  }),
  doc(NamespaceSpec, "What must happen before a namespace goes.", {
    finalizers: "Names of who must be done before the namespace goes; kubernetes is the one that empties it.",
  }),
];
