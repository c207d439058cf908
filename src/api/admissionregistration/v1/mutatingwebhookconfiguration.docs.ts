import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  MutatingWebhook,
  WebhookClientConfig,
  ServiceReference,
  MutatingWebhookConfiguration,
} from "./mutatingwebhookconfiguration.ts";

export const mutatingwebhookconfigurationDocs: readonly StructDoc[] = [
  doc(MutatingWebhook, "A webhook that may change objects.", {
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
    reinvocationPolicy: "Never (default), or IfNeeded to call again when later plugins changed the object.",
    matchConditions: "Expressions in CEL that must all be true for the webhook to be called; at most 64.",
  }),
  doc(WebhookClientConfig, "Where a webhook is; exactly one of url and service is set.", {
    url: "Address as https://host:port/path; no user, query or fragment.",
    service: "A service in the cluster.",
    caBundle: "Certificates, in PEM, that the webhook's must lead to; default those of the system.",
  }),
  doc(ServiceReference, "A service that is called.", {
    namespace: "Namespace of the service.",
    name: "Name of the service.",
    path: "Path of the request.",
    port: "Port of the service; default 443.",
  }),
  ...kindDocs(MutatingWebhookConfiguration, "Webhooks that may change objects on their way into the store.", {
    webhooks: "The webhooks, called one after the other.",
  }),
];
