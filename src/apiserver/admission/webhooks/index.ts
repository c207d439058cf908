/**
 * Admission by webhooks: who is concerned (webhook.ts), how it is asked (consult.ts), what is asked and answered
 * (review.ts), over which connection (caller.ts), and what a patch makes of an object (patch.ts). Start at {@link mutatingWebhooks}.
 */
export { CallError, type CallerOptions, WebhookCaller } from "./caller.ts";
export { WebhookMetrics } from "./metrics.ts";
export { mutatingWebhooks } from "./mutating.ts";
export { validatingWebhooks } from "./validating.ts";
