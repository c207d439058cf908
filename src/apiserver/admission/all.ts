import type { Random } from "../../base/index.ts";
import type { AdmissionPlugin } from "../contracts.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { priority } from "./priority.ts";
import { serviceAccount } from "./service-account.ts";
import { defaultTolerationSeconds, taintNodesByCondition } from "./tolerations.ts";

/** All admission plugins in the order in which they run. */
export function admissionPlugins({ random }: { readonly random: Random }): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle,
    serviceAccount(random),
    nodeRestriction,
    taintNodesByCondition,
    priority,
    defaultTolerationSeconds,
  ];
}
