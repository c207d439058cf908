import type { KindBehavior, Mutable } from "../../kind.ts";
import type { ServiceAccount } from "./serviceaccount.ts";

const ENFORCE_MOUNTABLE_SECRETS = "kubernetes.io/enforce-mountable-secrets";

export const serviceAccountBehavior: KindBehavior<ServiceAccount> = {
  metadataLooks: ["change", "whole"],
  prepareCreate: nameSecretsOnly,
  prepareUpdate: nameSecretsOnly,
  warnings: (account, old) =>
    saysWhatIsMountable(account) && !(old && saysWhatIsMountable(old))
      ? [
          `metadata.annotations[${ENFORCE_MOUNTABLE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
        ]
      : [],
};

function saysWhatIsMountable({ metadata }: ServiceAccount): boolean {
  return metadata.annotations?.[ENFORCE_MOUNTABLE_SECRETS] !== undefined;
}

/** A secret of an account is in its namespace: nothing but its name counts. */
function nameSecretsOnly(account: Mutable<ServiceAccount>): void {
  if (account.secrets)
    account.secrets = account.secrets.map(({ name }) => ({ name }) as (typeof account.secrets & object)[number]);
}
