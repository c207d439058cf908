import { unless, own } from "../base/index.ts";
import { showFloat } from "../schema/index.ts";
import type { FieldError } from "./kind.ts";
import { Float } from "./validation/errors.ts";
import type { Status, StatusCause, StatusDetails } from "./meta/v1/status.ts";

/** What an error says of the resource it is about. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

interface StatusInit {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: Partial<StatusDetails>;
}

/** An answer of the API server that isn't success, as clients see it: a Status with code, reason and details. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly status: Status;

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? "unknown", options);
    this.status = status;
  }

  /** HTTP status code. */
  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? "";
  }
}

/** A StatusError from its parts. */
export function statusError({ code, reason, message, details }: StatusInit, options?: ErrorOptions): StatusError {
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details && { details }),
    code,
  };
  return new StatusError(status as Status, options);
}

/** group-qualified name such as "deployments.apps", as messages show it. */
export function qualified({ group, plural }: ResourceName): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function detailsOf({ group, plural }: ResourceName, name: string): Partial<StatusDetails> {
  return { ...(name && { name }), ...(group && { group }), kind: plural };
}

/** 404: no such object. */
export function notFound(resource: ResourceName, name: string): StatusError {
  return statusError({
    code: 404,
    reason: "NotFound",
    message: `${qualified(resource)} ${quote(name)} not found`,
    details: detailsOf(resource, name),
  });
}

/** 404: no such path. */
export function noSuchPath(): StatusError {
  return statusError({
    code: 404,
    reason: "NotFound",
    message: "the server could not find the requested resource",
    details: {},
  });
}

/** 409: an object with that name exists. */
export function alreadyExists(resource: ResourceName, name: string): StatusError {
  return statusError({
    code: 409,
    reason: "AlreadyExists",
    message: `${qualified(resource)} ${quote(name)} already exists`,
    details: detailsOf(resource, name),
  });
}

/** 409: the object is not as the caller believes. */
export function conflict(resource: ResourceName, name: string, why: string): StatusError {
  return statusError({
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${qualified(resource)} ${quote(name)}: ${why}`,
    details: detailsOf(resource, name),
  });
}

/** Why an update with an old resourceVersion fails. */
export const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

/** 422: the object breaks rules; every one is a cause. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
  options?: ErrorOptions,
): StatusError {
  const causes = errors.map(causeOf);
  const texts = [...new Set(errors.map((error) => `${error.path}: ${messageOf(error)}`))];
  const what = kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
  return statusError(
    {
      code: 422,
      reason: "Invalid",
      message: `${what} ${quote(name)} is invalid${texts.length > 0 ? `: ${list}` : ""}`,
      details: {
        ...(name && { name }),
        ...(kind.group && { group: kind.group }),
        ...(kind.kind && { kind: kind.kind }),
        ...(causes.length > 0 && { causes }),
      },
    },
    options,
  );
}

const CAUSES: Readonly<Record<FieldError["type"], readonly [reason: string, text: string]>> = {
  Required: ["FieldValueRequired", "Required value"],
  Invalid: ["FieldValueInvalid", "Invalid value"],
  NotSupported: ["FieldValueNotSupported", "Unsupported value"],
  Duplicate: ["FieldValueDuplicate", "Duplicate value"],
  NotFound: ["FieldValueNotFound", "Not found"],
  Forbidden: ["FieldValueForbidden", "Forbidden"],
  TooLong: ["FieldValueTooLong", "Too long"],
  TooMany: ["FieldValueTooMany", "Too many"],
  TypeInvalid: ["FieldValueTypeInvalid", "Invalid value"],
  Internal: ["InternalError", "Internal error"],
};

function causeOf(error: FieldError): StatusCause {
  return { reason: CAUSES[error.type][0], message: messageOf(error), field: error.path };
}

/** A field error as messages and causes show it. */
export function messageOf(error: FieldError): string {
  const text = CAUSES[error.type][1];
  const showsValue =
    !["Required", "Forbidden", "TooLong", "TooMany", "Internal"].includes(error.type) && !error.valueOmitted;
  const head = showsValue ? `${text}: ${valueText(error.value)}` : text;
  return error.detail ? `${head}: ${error.detail}` : head;
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (value instanceof Float) return showFloat(value.value);
  if (typeof value === "number" && !Number.isInteger(value)) return showFloat(value);
  return typeof value === "string" ? quote(value) : escapeHtml(JSON.stringify(value));
}

/** JSON as Kubernetes writes it: nothing in it can end a script element. */
function escapeHtml(json: string): string {
  return json.replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}

/** Text in double quotes, escaped as Go's %q does. */
export function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : `"${[...text].map(quoted).join("")}"`;
}

const PLAIN = /^[ !#-[\]-~]*$/;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function quoted(character: string): string {
  const short = own(SHORT_ESCAPES, character);
  if (short) return short;
  if (!isUnprintable(character)) return character;
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code < 0x80) return `\\x${digits.padStart(2, "0")}`;
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

/** Whether a character can't be seen: control characters, and every space but the plain one. */
export function isUnprintable(character: string): boolean {
  return character !== " " && /[\p{C}\p{Z}]/u.test(character);
}

/** 400: the request makes no sense. */
export function badRequest(message: string, options?: ErrorOptions): StatusError {
  return statusError({ code: 400, reason: "BadRequest", message }, options);
}

/** 401: who is calling is not known. */
export function unauthorized(message = "Unauthorized"): StatusError {
  return statusError({ code: 401, reason: "Unauthorized", message });
}

/** 403: the caller may not do this. */
export function forbidden(resource: ResourceName, name: string, why: string): StatusError {
  const what = resource.plural ? `${qualified(resource)}${name ? ` ${quote(name)}` : ""} is forbidden` : "forbidden";
  return statusError({
    code: 403,
    reason: "Forbidden",
    message: `${what}: ${why}`,
    details: detailsOf(resource, name),
  });
}

/** 405: the path does not know this verb. */
export function methodNotSupported(resource: ResourceName, verb: string): StatusError {
  return statusError({
    code: 405,
    reason: "MethodNotAllowed",
    message: `${verb} is not supported on resources of kind ${quote(qualified(resource))}`,
    details: detailsOf(resource, ""),
  });
}

/** 405: the path takes no such method, whatever it is a path of. */
export function methodNotAllowed(): StatusError {
  return statusError({
    code: 405,
    reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource",
    details: {},
  });
}

/** 410: that version is no longer kept. */
export function resourceExpired(message: string): StatusError {
  return statusError({ code: 410, reason: "Expired", message });
}

/** 410: what was asked for has gone. */
export function gone(message: string): StatusError {
  return statusError({ code: 410, reason: "Gone", message });
}

/** 413: the body is larger than the limit. */
export function requestEntityTooLarge(message: string): StatusError {
  return statusError({ code: 413, reason: "RequestEntityTooLarge", message: `Request entity too large: ${message}` });
}

/** 406: none of the formats that the client takes can be made. */
export function notAcceptable(types: readonly string[]): StatusError {
  return statusError({
    code: 406,
    reason: "NotAcceptable",
    message: `only the following media types are accepted: ${types.join(", ")}`,
  });
}

/** 415: the body's format is not understood. */
export function unsupportedMediaType(types: readonly string[], message?: string): StatusError {
  return statusError({
    code: 415,
    reason: "UnsupportedMediaType",
    message:
      message ?? `the body of the request was in an unknown format - accepted media types include: ${types.join(", ")}`,
  });
}

/** 429: try again later. */
export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return statusError({
    code: 429,
    reason: "TooManyRequests",
    message,
    details: retryAfterSeconds > 0 ? { retryAfterSeconds } : undefined,
  });
}

/** 500: our own fault. */
export function internal(message: string, options?: ErrorOptions): StatusError {
  return statusError(
    {
      code: 500,
      reason: "InternalError",
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ message }] },
    },
    options,
  );
}

/** 501: an option of a served resource that isn't there yet. */
export function notImplemented(what: string): StatusError {
  return statusError({ code: 501, reason: "NotImplemented", message: `${what} is not implemented yet` });
}

/** 503: not now. */
export function serviceUnavailable(message: string): StatusError {
  return statusError({ code: 503, reason: "ServiceUnavailable", message });
}

/** 504: it took too long. */
export function timedOut(message: string, retryAfterSeconds = 0): StatusError {
  return statusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: ${message}`,
    details: retryAfterSeconds > 0 ? { retryAfterSeconds } : {},
  });
}

function hasReason(error: unknown, ...reasons: readonly string[]): boolean {
  return error instanceof StatusError && reasons.includes(error.reason);
}

export const isNotFound = (error: unknown): boolean => hasReason(error, "NotFound");
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, "AlreadyExists");
export const isConflict = (error: unknown): boolean => hasReason(error, "Conflict");
export const isInvalid = (error: unknown): boolean => hasReason(error, "Invalid");
export const isForbidden = (error: unknown): boolean => hasReason(error, "Forbidden");
export const isTooManyRequests = (error: unknown): boolean => hasReason(error, "TooManyRequests");
/** The revision asked for is no longer kept: list again. */
export const isGone = (error: unknown): boolean => hasReason(error, "Expired", "Gone");

/** What was asked for or done; undefined when the object isn't there. */
export function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  return unless(isNotFound, work);
}
