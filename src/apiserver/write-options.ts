import { type FieldError, invalid, isUnprintable } from "../api/index.ts";
import type { RequestContext } from "./contracts.ts";
import type { WriteOptions } from "./registry/generic.ts";

const VALIDATION_MODES = ["", "Ignore", "Warn", "Strict"];

/** Reads dryRun, fieldManager and fieldValidation of a write; 422 for values that make no sense. */
export function writeOptions({ query, request, info }: RequestContext): WriteOptions {
  const dryRun = query.getAll("dryRun");
  const kind =
    { create: "CreateOptions", update: "UpdateOptions", patch: "PatchOptions" }[info.verb] ?? "DeleteOptions";
  const errors: FieldError[] = [];
  if (dryRun.some((one) => one !== "All"))
    errors.push({ path: "dryRun", type: "NotSupported" as const, value: dryRun, detail: 'supported values: "All"' });
  const mode = query.get("fieldValidation") ?? "";
  if (!VALIDATION_MODES.includes(mode)) {
    errors.push({
      path: "fieldValidation",
      type: "NotSupported" as const,
      value: mode,
      detail: 'supported values: "", "Ignore", "Strict", "Warn"',
    });
  }
  const manager = query.get("fieldManager") ?? "";
  if (manager.length > 128)
    errors.push({ path: "fieldManager", type: "TooLong" as const, detail: "may not be more than 128 bytes" });
  errors.push(...unprintable(manager));
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: manager || (request.headers["user-agent"] ?? "unknown").split("/")[0]!,
    isApply: false,
  };
}

/** Characters that a manager's name may not have. */
function unprintable(manager: string): FieldError[] {
  return [...manager].flatMap((character, index) => {
    if (!isUnprintable(character)) return [];
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    const detail = `invalid character U+${code} (at position ${index})`;
    return [{ path: "fieldManager", type: "Invalid", value: manager, detail }];
  });
}
