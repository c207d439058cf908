/**
 * What is written of requests, for who asks later who did what: audit.k8s.io/v1 policies and events. Knows nothing of files
 * and flags. Start at {@link Auditor}.
 */
export { AuditFailure, Auditor, type AuditSink } from "./auditor.ts";
export { BatchedSink } from "./batch.ts";
export { type AuditEvent, eventJson, eventLine } from "./event.ts";
export { AuditPolicyError, parseAuditPolicy } from "./policy-file.ts";
export { webhookSink } from "./webhook.ts";
