import { forbidden, type StatusError } from "../../api/index.ts";
import type { AdmissionRequest } from "../contracts.ts";

/** 403 for a write; what has no name yet goes by what its name is to begin with. */
export function refused({ kind, name, object }: AdmissionRequest, why: string): StatusError {
  const { generateName } = (object?.metadata ?? {}) as { generateName?: string };
  return forbidden(kind, name || generateName || "Unknown", why);
}
