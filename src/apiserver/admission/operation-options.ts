import type { AdmissionOperation, AdmissionRequest } from "../contracts.ts";

const KINDS: Readonly<Record<AdmissionOperation, string>> = {
  CREATE: "CreateOptions",
  UPDATE: "UpdateOptions",
  DELETE: "DeleteOptions",
  CONNECT: "",
};
const OF_WRITES = ["fieldManager", "fieldValidation"];

/** The options of a write as those who are asked about it see them; null when it has none. */
export function operationOptions({
  operation,
  query,
  deleteOptions,
}: Pick<AdmissionRequest, "operation" | "query" | "deleteOptions">): Record<string, unknown> | null {
  const kind = KINDS[operation];
  if (!kind) return null;
  const given = OF_WRITES.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : []));
  const dryRun = query.getAll("dryRun");
  return {
    ...(operation === "DELETE" ? deleteOptions : Object.fromEntries(given)),
    ...(dryRun.length > 0 && { dryRun }),
    kind,
    apiVersion: "meta.k8s.io/v1",
  };
}
