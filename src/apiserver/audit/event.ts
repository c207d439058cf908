import { formatMicroTime } from "../../base/index.ts";
import type { UserInfo } from "../../net/message.ts";
import { goJson } from "../../schema/index.ts";
import type { Level, Stage } from "./policy.ts";

export const API_VERSION = "audit.k8s.io/v1";

/** What a request is about, as events name it. */
export interface ObjectReference {
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly subresource?: string;
}

/** All that is known of a request at one of its stages. */
export interface AuditEvent {
  readonly level: Level;
  readonly auditID: string;
  readonly stage: Stage;
  readonly requestURI: string;
  readonly verb: string;
  /** Undefined: nobody knows who calls. */
  readonly user: UserInfo | undefined;
  readonly impersonatedUser: UserInfo | undefined;
  readonly impersonationConstraint: string | undefined;
  readonly sourceIPs: readonly string[];
  readonly userAgent: string;
  readonly objectRef: ObjectReference | undefined;
  readonly responseStatus: Readonly<Record<string, unknown>> | undefined;
  /** JSON texts, which go into the event as they are. */
  readonly requestObject: string | undefined;
  readonly responseObject: string | undefined;
  readonly receivedMs: number;
  readonly stageMs: number;
  readonly annotations: ReadonlyMap<string, string>;
}

/** An event as audit.k8s.io/v1 JSON, on one line. */
export function eventJson(event: AuditEvent): string {
  const { level, auditID, stage, requestURI, verb, user, impersonatedUser, impersonationConstraint } = event;
  const { sourceIPs, userAgent, objectRef, responseStatus, receivedMs, stageMs, annotations } = event;
  const head = goJson({
    ...{
      kind: "Event",
      apiVersion: API_VERSION,
      level,
      auditID,
      stage,
      requestURI,
      verb,
      user: user ? userJson(user) : {},
    },
    ...(impersonatedUser && { impersonatedUser: userJson(impersonatedUser) }),
    ...(impersonationConstraint && { authenticationMetadata: { impersonationConstraint } }),
    ...(sourceIPs.length > 0 && { sourceIPs }),
    ...(userAgent && { userAgent }),
    ...(objectRef && { objectRef: filled(objectRef) }),
    ...(responseStatus && { responseStatus }),
  });
  const tail = goJson({
    requestReceivedTimestamp: formatMicroTime(receivedMs),
    stageTimestamp: formatMicroTime(stageMs),
    ...(annotations.size > 0 && {
      annotations: Object.fromEntries([...annotations].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  });
  const objects = [
    ...(event.requestObject === undefined ? [] : [`"requestObject":${event.requestObject}`]),
    ...(event.responseObject === undefined ? [] : [`"responseObject":${event.responseObject}`]),
  ];
  return `${[head.slice(0, -1), ...objects, tail.slice(1)].join(",")}`;
}

function filled(reference: ObjectReference): Readonly<Record<string, string>> {
  const { resource, namespace, name, uid, apiGroup, apiVersion, resourceVersion, subresource } = reference;
  const all = { resource, namespace, name, uid, apiGroup, apiVersion, resourceVersion, subresource };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function userJson({ name, uid, groups, extra }: UserInfo): Readonly<Record<string, unknown>> {
  return {
    username: name,
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(extra && Object.keys(extra).length > 0 && { extra }),
  };
}

/** An event as a line of the older format. */
export function eventLine(event: AuditEvent): string {
  const { auditID, stage, verb, user, impersonatedUser, objectRef, userAgent, requestURI, responseStatus } = event;
  const fields = {
    id: auditID,
    stage,
    ip: event.sourceIPs[0] ?? "<unknown>",
    method: verb,
    user: user?.name || "<none>",
    groups: listed(user?.groups) || "<none>",
    as: impersonatedUser?.name || "<self>",
    asgroups: listed(impersonatedUser?.groups) || "<lookup>",
    "user-agent": userAgent,
    namespace: objectRef?.namespace || "<none>",
    uri: requestURI,
    response: responseStatus ? String(responseStatus.code) : "<deferred>",
  };
  const quoted = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${formatMicroTime(event.receivedMs)} AUDIT: ${quoted.join(" ")}`;
}

const listed = (groups: readonly string[] = []) => groups.map((group) => JSON.stringify(group)).join(",");
