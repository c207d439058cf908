import { kindDocs, type StructDoc } from "../../doc.ts";
import { ServiceAccount } from "./serviceaccount.ts";

export const serviceaccountDocs: readonly StructDoc[] = [
  ...kindDocs(ServiceAccount, "An identity for what runs in pods.", {
    secrets: "Secrets that pods with this account may use; deprecated, and looked at only if an annotation says so.",
    imagePullSecrets: "Secrets with registry credentials that pods with this account get.",
    automountServiceAccountToken:
      "Whether pods with this account get a token mounted; default true. A pod's own setting wins.",
  }),
];
