import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import { ValidatingWebhook, ValidatingWebhookConfiguration } from "./validatingwebhookconfiguration.ts";

export const validatingwebhookconfigurationDocs: readonly StructDoc[] = [
  doc(ValidatingWebhook, "A webhook that may refuse requests.", {
    name: "Name of the webhook, unique among them, as a domain with at least three parts.",
    clientConfig: "Where the webhook is.",
    rules: "Operations and resources that the webhook is called for.",
    failurePolicy:
      "What happens when the webhook can't be reached: Fail (default) refuses the request, Ignore skips it.",
    matchPolicy: "Equivalent (default) also takes requests for other versions of the resources; Exact doesn't.",
    namespaceSelector: "Labels that the object's namespace must have; default any.",
    objectSelector: "Labels that the object must have, before or after the change; default any.",
    sideEffects:
      "None, or NoneOnDryRun: whether the webhook does anything else. Without side effects it is called in dry runs.",
    timeoutSeconds: "Seconds to wait for the webhook, 1 to 30; default 10.",
    admissionReviewVersions: "Versions of AdmissionReview that the webhook knows, in order of preference.",
    matchConditions: "Expressions in CEL that must all be true for the webhook to be called; at most 64.",
  }),
  ...kindDocs(ValidatingWebhookConfiguration, "Webhooks that may refuse requests.", {
    webhooks: "The webhooks, called side by side.",
  }),
];
