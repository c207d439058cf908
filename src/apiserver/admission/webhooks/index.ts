/**
 * Admission by webhooks: who is concerned (webhook.ts), what is asked and answered (review.ts), over which connection
 * (caller.ts). Start at {@link mutatingWebhooks}.
 */
export { CallError, type CallerOptions, WebhookCaller } from "./caller.ts";
export { mutatingWebhooks, validatingWebhooks } from "./webhooks.ts";
