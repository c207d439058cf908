/**
 * The API server: requests in, responses out. `createApiServer` puts it together; sockets are `net`'s business.
 * Start at `pipeline.ts` for the way of a request, at `registry/generic.ts` for what a write goes through,
 * at `cacher/cacher.ts` for what reads and watches live from.
 */
export { type ApiServer, type ApiServerOptions, type AuthorizationMode, createApiServer } from "./create.ts";
export { createServerBeside, type HandlerBeside } from "./beside.ts";
export { originProblem } from "./http/cors.ts";
export type { Profiler } from "./introspection/profiles.ts";
export type { StorageMediaType } from "./stored/encoding.ts";
export { FEATURE_GATES, type RuntimeConfigOptions } from "./discovery/runtime-config.ts";
export { type ConfigObject, ConfigurationError, readConfiguration } from "./configuration.ts";
export type { AuthenticationSettings, JwtIssuer, WebhookServer } from "./delegation/index.ts";
export type { Auditor, AuditEvent, AuditSink } from "./audit/index.ts";
export type { Encryption } from "./encryption/index.ts";
export { parseTokenFile, type StaticToken } from "./authn/authn.ts";
export type { AdmissionPlugin, AdmissionRequest, Attributes, Authenticator, Authorizer, Reads } from "./contracts.ts";
export { type KubeletConnectionOptions, kubeletConnections, type Kubelets } from "./streaming/kubelets.ts";

/** What is written of requests; loaded when it is first called, since most servers do without. */
export function auditTrail(): Promise<typeof import("./audit/index.ts")> {
  return import("./audit/index.ts");
}

/** Encryption of what is stored; loaded when it is first called, since most servers do without. */
export function storeEncryption(): Promise<typeof import("./encryption/index.ts")> {
  return import("./encryption/index.ts");
}

/** Admission plugins that are off by default, and what configures plugins; loaded when it is first called, since most servers do without. */
export function optionalAdmission(): Promise<typeof import("./admission/optional/index.ts")> {
  return import("./admission/optional/index.ts");
}

/** What others decide of callers; loaded when it is first called, since most servers decide all themselves. */
export function delegation(): Promise<typeof import("./delegation/index.ts")> {
  return import("./delegation/index.ts");
}
