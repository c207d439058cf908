import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { ComponentCondition, ComponentStatus } from "./componentstatus.ts";

export const componentstatusDocs: readonly StructDoc[] = [
  doc(ComponentCondition, "Health of a component.", {
    type: "What is told; always Healthy.",
    status: "True, False or Unknown.",
    message: "What the component said.",
    error: "Why the component could not be asked.",
  }),
  ...kindDocs(ComponentStatus, "Health of a component of the control plane; deprecated.", {
    conditions: "What was found.",
  }),
];
