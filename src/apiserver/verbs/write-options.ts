import { type FieldError, invalid } from "../../api/index.ts";
import type { RequestContext } from "../contracts.ts";
import type { WriteOptions } from "../registry/generic.ts";
import { managerNameErrors } from "../registry/managers.ts";

const VALIDATION_MODES = ["", "Ignore", "Warn", "Strict"];

/** Reads dryRun, fieldManager and fieldValidation of a write; 422 for values that make no sense, and what else is wrong. */
export function writeOptions(
  { query, request, info }: RequestContext,
  otherErrors: readonly FieldError[] = [],
): WriteOptions {
  const dryRun = query.getAll("dryRun");
  const manager = query.get("fieldManager") ?? "";
  const kind =
    { create: "CreateOptions", update: "UpdateOptions", patch: "PatchOptions" }[info.verb] ?? "DeleteOptions";
  // A deletion names no manager, and nothing of it is validated.
  const isDeletion = kind === "DeleteOptions";
  const errors = [
    ...otherErrors,
    ...(isDeletion ? [] : managerNameErrors("fieldManager", manager)),
    ...dryRunErrors(dryRun),
    ...(isDeletion ? [] : modeErrors(query)),
  ];
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: manager || (request.headers["user-agent"] ?? "unknown").split("/")[0]!,
    isApply: false,
  };
}

function dryRunErrors(dryRun: readonly string[]): FieldError[] {
  if (dryRun.every((one) => one === "All")) return [];
  return [{ path: "dryRun", type: "NotSupported", value: dryRun, detail: 'supported values: "All"' }];
}

function modeErrors(query: URLSearchParams): FieldError[] {
  const mode = query.get("fieldValidation") ?? "";
  if (VALIDATION_MODES.includes(mode)) return [];
  const detail = 'supported values: "", "Ignore", "Strict", "Warn"';
  return [{ path: "fieldValidation", type: "NotSupported", value: mode, detail }];
}
