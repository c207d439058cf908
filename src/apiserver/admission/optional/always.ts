import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { refused } from "../refused.ts";

/** Lets everything pass. Deprecated in Kubernetes, where some still name it. */
export const alwaysAdmit: AdmissionPlugin = { name: "AlwaysAdmit" };

async function deny(request: AdmissionRequest): Promise<void> {
  throw refused(request, "admission control is denying all modifications");
}

/** Lets nothing pass. Deprecated in Kubernetes. */
export const alwaysDeny: AdmissionPlugin = { name: "AlwaysDeny", seesConnections: true, admit: deny, validate: deny };
