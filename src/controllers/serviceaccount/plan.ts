import type { Namespace } from "../../api/index.ts";

const ACCOUNTS = ["default"];

/** Names of the service accounts that a namespace lacks. */
export function plan(namespace: Namespace | undefined, known: (name: string) => unknown): readonly string[] {
  if (namespace?.status.phase !== "Active") return [];
  return ACCOUNTS.filter((name) => known(name) === undefined);
}
