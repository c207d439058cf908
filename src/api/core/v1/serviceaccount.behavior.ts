import type { KindBehavior } from "../../kind.ts";
import type { ServiceAccount } from "./serviceaccount.ts";

const ENFORCE_MOUNTABLE_SECRETS = "kubernetes.io/enforce-mountable-secrets";

export const serviceAccountBehavior: KindBehavior<ServiceAccount> = {
  warnings: (account, old) =>
    isEnforcing(account) && !(old && isEnforcing(old))
      ? [
          `metadata.annotations[${ENFORCE_MOUNTABLE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
        ]
      : [],
};

function isEnforcing({ metadata }: ServiceAccount): boolean {
  return metadata.annotations?.[ENFORCE_MOUNTABLE_SECRETS] === "true";
}
