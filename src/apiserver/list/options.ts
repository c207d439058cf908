import {
  badRequest,
  type FieldError,
  invalid,
  parseFieldSelector,
  parseLabelSelector,
  type Requirement,
  SelectorError,
} from "../../api/index.ts";
import { isTrue, queryInteger } from "../http/request-info.ts";

/** What the query of a list or a watch asks for. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly labels: readonly Requirement[];
  /** As they were given: whether a kind can be selected by them is not looked at. */
  readonly fields: readonly Requirement[];
  readonly limit: number;
  readonly timeoutSeconds: number;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly continue: string;
  /** Of a watch; undefined when it isn't said. */
  readonly sendInitialEvents: boolean | undefined;
  readonly allowWatchBookmarks: boolean;
}

/** Reads the options of a list: 400 for what can't be read, 422 for what doesn't go together. */
export function listOptions(query: URLSearchParams): ListOptions {
  const options = readOptions(query);
  refuse(listErrors(options));
  return options;
}

/** The same of a watch; one that only its path asks for is held to what holds for lists, and nothing is implied of it. */
export function watchOptions(query: URLSearchParams): ListOptions {
  if (!isTrue(query.get("watch"))) return listOptions(query);
  const options = readOptions(query);
  refuse(watchErrors(options));
  return isImplied(options) ? { ...options, sendInitialEvents: true, resourceVersionMatch: NEWER } : options;
}

const NEWER = "NotOlderThan";

/** Who says nothing of the events that a watch begins with, and no version, gets them. */
function isImplied({ sendInitialEvents, resourceVersionMatch, resourceVersion }: ListOptions): boolean {
  const isSaid = sendInitialEvents !== undefined || resourceVersionMatch !== "";
  return !isSaid && (resourceVersion === "" || resourceVersion === "0");
}

function readOptions(query: URLSearchParams): ListOptions {
  const text = (name: string) => query.get(name) ?? "";
  const timeoutSeconds = queryInteger(query, "timeoutSeconds") ?? 0;
  const limit = queryInteger(query, "limit") ?? 0;
  const asked = query.get("sendInitialEvents");
  return {
    labelSelector: text("labelSelector"),
    fieldSelector: text("fieldSelector"),
    labels: requirements(text("labelSelector"), parseLabelSelector),
    fields: requirements(text("fieldSelector"), parseFieldSelector),
    limit,
    timeoutSeconds,
    resourceVersion: text("resourceVersion"),
    resourceVersionMatch: text("resourceVersionMatch"),
    continue: text("continue"),
    sendInitialEvents: asked === null ? undefined : isTrue(asked),
    allowWatchBookmarks: isTrue(query.get("allowWatchBookmarks")),
  };
}

function requirements(text: string, parse: (text: string) => Requirement[]): Requirement[] {
  if (text === "") return [];
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message, { cause: error });
    throw error;
  }
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
}

const MATCH = "resourceVersionMatch";

function forbidden(path: string, detail: string): FieldError {
  return { path, type: "Forbidden", detail };
}

function unsupported(value: string, supported: string): FieldError {
  return { path: MATCH, type: "NotSupported", value, detail: `supported values: ${supported}` };
}

function listErrors({
  resourceVersion,
  resourceVersionMatch: match,
  continue: token,
  sendInitialEvents,
}: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  if (match !== "") {
    if (resourceVersion === "")
      errors.push(forbidden(MATCH, `${MATCH} is forbidden unless resourceVersion is provided`));
    if (token !== "") errors.push(forbidden(MATCH, `${MATCH} is forbidden when continue is provided`));
    if (match !== "Exact" && match !== "NotOlderThan") errors.push(unsupported(match, '"Exact", "NotOlderThan", ""'));
    if (match === "Exact" && resourceVersion === "0")
      errors.push(forbidden(MATCH, `${MATCH} "exact" is forbidden for resourceVersion "0"`));
  }
  if (sendInitialEvents !== undefined)
    errors.push(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  return errors;
}

function watchErrors(options: ListOptions): FieldError[] {
  const { resourceVersionMatch, continue: token, sendInitialEvents } = options;
  const errors: FieldError[] = [];
  const match = isImplied(options) ? NEWER : resourceVersionMatch;
  if (sendInitialEvents !== undefined && match !== NEWER)
    errors.push(forbidden(MATCH, `sendInitialEvents requires setting ${MATCH} to NotOlderThan`));
  if (match === "") return errors;
  if (sendInitialEvents === undefined && !isImplied(options))
    errors.push(forbidden(MATCH, `${MATCH} is forbidden for watch unless sendInitialEvents is provided`));
  if (match !== NEWER) errors.push(unsupported(match, '"NotOlderThan"'));
  if (token !== "") errors.push(forbidden(MATCH, `${MATCH} is forbidden when continue is provided`));
  return errors;
}
