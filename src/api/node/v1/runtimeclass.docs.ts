import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { Scheduling, Overhead, RuntimeClass } from "./runtimeclass.ts";

export const runtimeclassDocs: readonly StructDoc[] = [
  doc(Scheduling, "Which nodes have a runtime.", {
    nodeSelector: "Labels of the nodes; joined with the pod's own, and refused if they contradict.",
    tolerations: "Tolerations that pods get in addition.",
  }),
  doc(Overhead, "What running a pod costs beside its containers.", {
    podFixed: "Resources that each pod costs.",
  }),
  ...kindDocs(RuntimeClass, "A way to run pods' containers, for pods to name in runtimeClassName.", {
    handler: "Name of the handler in the nodes' container runtime, a DNS label; it cannot change.",
    overhead: "Resources that each pod costs beside its containers; copied into the pods.",
    scheduling: "Which nodes have the runtime; absent, all are taken to have it.",
  }),
];
