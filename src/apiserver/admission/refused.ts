import { forbidden, statusError, type StatusError } from "../../api/index.ts";
import type { AdmissionRequest } from "../contracts.ts";

/** 403 for a write; what has no name yet goes by what its name is to begin with. */
export function refused({ kind, name, object }: AdmissionRequest, why: string): StatusError {
  const { generateName } = (object?.metadata ?? {}) as { generateName?: string };
  return forbidden(kind, name || generateName || "Unknown", why);
}

/** 500 without a reason: what plugins of Kubernetes answer that don't say what kind of refusal theirs is. */
export function failed(message: string): StatusError {
  return statusError({ code: 500, reason: "", message });
}
