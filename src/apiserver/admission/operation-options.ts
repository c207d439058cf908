import type { AdmissionOperation } from "../contracts.ts";

const KINDS: Readonly<Record<AdmissionOperation, string>> = {
  CREATE: "CreateOptions",
  UPDATE: "UpdateOptions",
  DELETE: "DeleteOptions",
  CONNECT: "",
};
const OF_WRITES = ["fieldManager", "fieldValidation"];
const OF_DELETIONS = ["propagationPolicy"];

/** The options of a write as those who are asked about it see them, by the query of its request; null when it has none. */
export function operationOptions(
  operation: AdmissionOperation,
  query: URLSearchParams,
): Record<string, unknown> | null {
  const kind = KINDS[operation];
  if (!kind) return null;
  const names = operation === "DELETE" ? OF_DELETIONS : OF_WRITES;
  const given = names.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : []));
  const dryRun = query.getAll("dryRun");
  const grace = operation === "DELETE" ? query.get("gracePeriodSeconds") : null;
  return {
    kind,
    apiVersion: "meta.k8s.io/v1",
    ...Object.fromEntries(given),
    ...(grace && { gracePeriodSeconds: Number(grace) }),
    ...(dryRun.length > 0 && { dryRun }),
  };
}
