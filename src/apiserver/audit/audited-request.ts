import type { Clock } from "../../base/index.ts";
import type { ApiRequest, ApiResponse, UserInfo } from "../../net/message.ts";
import { goJson } from "../../schema/index.ts";
import type { Audited, RequestInfo } from "../contracts.ts";
import { answeredJson, isStatus, withoutManagers } from "./answered.ts";
import type { AuditEvent, ObjectReference } from "./event.ts";
import { LEVELS, type Level, type Ruling, type Stage } from "./policy.ts";

type Json = Readonly<Record<string, unknown>>;

export interface AuditedParts {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo | undefined;
  readonly auditId: string;
  readonly ruling: Ruling;
  readonly clock: Clock;
  readonly write: (event: AuditEvent) => Promise<void>;
}

/** One request of which events are written, and what of it is known so far. */
export class AuditedRequest implements Audited {
  readonly #parts: AuditedParts;
  readonly #receivedMs: number;
  readonly #annotations = new Map<string, string>();
  #reference: ObjectReference | undefined;
  #requestObject: string | undefined;
  #impersonated: { readonly user: UserInfo; readonly constraint: string | undefined } | undefined;

  constructor(parts: AuditedParts) {
    this.#parts = parts;
    this.#receivedMs = parts.clock.now();
    this.#reference = referenceOf(parts.info);
  }

  received(): Promise<void> {
    return this.#write("RequestReceived", {});
  }

  /** The caller acts as somebody else, by a right of this name if it is a narrow one. */
  impersonated(user: UserInfo, constraint: string | undefined): void {
    this.#impersonated = { user, constraint };
  }

  /** Something worth knowing; what was noted first stays. */
  annotate(key: string, value: string): void {
    if (!this.#annotations.has(key)) this.#annotations.set(key, value);
  }

  /** Whether as much as this is written. */
  has(level: Level): boolean {
    return LEVELS.indexOf(this.#parts.ruling.level) >= LEVELS.indexOf(level);
  }

  /** What was sent names the object where the path does not; `whole` makes it as it is written. */
  sent(object: Json, whole: () => Json): void {
    const { name, namespace, uid, resourceVersion } = (object.metadata ?? {}) as Readonly<Record<string, string>>;
    const known = this.#reference;
    if (known)
      this.#reference = {
        ...known,
        ...(name && !known.name && { name }),
        ...(namespace && !known.namespace && { namespace }),
        ...(uid && { uid }),
        ...(resourceVersion && { resourceVersion }),
      };
    if (this.has("Request")) this.#requestObject = goJson(this.#kept(whole()));
  }

  /** What was sent and is no object, such as a patch. */
  sentAs(value: () => unknown): void {
    if (this.has("Request")) this.#requestObject = goJson(value());
  }

  /** Tells of an answer; one that lasts is over when the result is called. */
  async answered(response: ApiResponse, { isLong }: { readonly isLong: boolean }): Promise<() => void> {
    const responseStatus = { metadata: {}, code: response.status };
    if (!isLong) {
      await this.#complete("ResponseComplete", response);
      return () => {};
    }
    if (response.status >= 400) {
      await this.#complete("ResponseStarted", response);
      await this.#complete("ResponseComplete", response);
      return () => {};
    }
    await this.#write("ResponseStarted", { responseStatus });
    return () => void this.#write("ResponseComplete", { responseStatus });
  }

  /** The caller isn't known: that is all there is to tell. */
  async refused(response: ApiResponse): Promise<void> {
    await this.#complete("ResponseStarted", response);
  }

  async #complete(stage: Stage, response: ApiResponse): Promise<void> {
    const { status: code } = response;
    const isWanted = this.has("RequestResponse");
    const text = isWanted || code >= 400 || isStatus(response) ? answeredJson(response) : undefined;
    const object = text === undefined ? undefined : (JSON.parse(text) as Json);
    const isOfStatus = object?.kind === "Status" && object.apiVersion === "v1";
    await this.#write(stage, {
      responseStatus: isOfStatus ? statusOf(object, code) : { metadata: {}, code },
      ...(isWanted && object && { responseObject: this.#omits ? goJson(this.#kept(object)) : text }),
    });
  }

  get #omits(): boolean {
    return this.#parts.ruling.omitManagedFields;
  }

  #kept(object: Json): Json {
    return this.#omits ? withoutManagers(object) : object;
  }

  #write(stage: Stage, more: Partial<AuditEvent>): Promise<void> {
    const { request, info, user, auditId, ruling, clock, write } = this.#parts;
    if (ruling.omitStages.includes(stage)) return Promise.resolve();
    return write({
      level: ruling.level,
      auditID: auditId,
      stage,
      requestURI: request.query === "" ? request.path : `${request.path}?${request.query}`,
      verb: info.verb,
      user,
      impersonatedUser: this.#impersonated?.user,
      impersonationConstraint: this.#impersonated?.constraint,
      sourceIPs: sourcesOf(request),
      userAgent: request.headers["user-agent"] ?? "",
      objectRef: stage === "RequestReceived" ? referenceOf(info) : this.#reference,
      responseStatus: undefined,
      requestObject: this.#requestObject,
      responseObject: undefined,
      receivedMs: this.#receivedMs,
      stageMs: stage === "RequestReceived" ? this.#receivedMs : clock.now(),
      annotations: new Map(this.#annotations),
      ...more,
    });
  }
}

function referenceOf({ isResource, resource, namespace, name, group, version, subresource }: RequestInfo) {
  if (!isResource) return undefined;
  return { resource, namespace, name, apiGroup: group, apiVersion: version, subresource };
}

function statusOf({ metadata = {}, status, message, reason, details }: Json, code: number): Json {
  return {
    metadata,
    ...(status !== undefined && { status }),
    ...(message !== undefined && { message }),
    ...(reason !== undefined && { reason }),
    ...(details !== undefined && { details }),
    code,
  };
}

/** The client as proxies on the way tell of it, and who called at last. */
function sourcesOf({ headers, peer }: ApiRequest): string[] {
  const forwarded = (headers["x-forwarded-for"] ?? headers["x-real-ip"] ?? "").split(",").map((one) => one.trim());
  return [...new Set([...forwarded.filter(Boolean), peer.address].filter(Boolean))];
}
