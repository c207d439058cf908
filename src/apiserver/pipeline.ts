import { messageOf, type Clock, type Log, type Random } from "../base/index.ts";
import {
  badRequest,
  durationMs,
  internal,
  parseFieldSelector,
  quote,
  StatusError,
  statusError,
  unauthorized,
} from "../api/index.ts";
import type { ApiRequest, ApiResponse, Handler, UserInfo } from "../net/message.ts";
import { decide, type Decision } from "./authz/decide.ts";
import { ANONYMOUS } from "./authn/authn.ts";
import { isSpacedToken, SPACED_TOKEN, withoutTokenProtocol } from "./authn/bearer.ts";
import type { AuditedRequest } from "./audit/audited-request.ts";
import type { Auditor } from "./audit/auditor.ts";
import type {
  Attributes,
  Authenticator,
  Authorizer,
  Emptied,
  Impersonate,
  RequestContext,
  RequestInfo,
} from "./contracts.ts";
import { type Format, negotiate, wantsPretty } from "./http/negotiate.ts";
import { respondError, respondText } from "./http/respond.ts";
import { fittingWarnings } from "./http/warnings.ts";
import { compressed } from "./http/compress.ts";
import { TurnedAway } from "./fairness/errors.ts";
import type { Fairness } from "./fairness/fairness.ts";
import type { Flow } from "./flow/classify.ts";
import type { FlowControl } from "./flow/flow-control.ts";
import type { RequestMetrics } from "./introspection/metrics.ts";
import { requestInfo } from "./http/request-info.ts";
import { besideWhenHeavy, weigh } from "./heavy.ts";
import { RequestTurns } from "./request-turns.ts";

export interface PipelineOptions {
  readonly authenticators: readonly Authenticator[];
  readonly authorizers: readonly Authorizer[];
  /** Users without credentials become system:anonymous, perhaps on some paths only; otherwise they get 401. */
  readonly anonymous: boolean | readonly string[];
  readonly log: Log;
  readonly random: Random;
  readonly clock: Clock;
  readonly metrics: RequestMetrics;
  readonly flows: Pick<FlowControl, "flowOf">;
  /** Lets requests run when it is their turn. */
  readonly fairness: Pick<Fairness, "run">;
  /** Answers an authorized request. */
  readonly dispatch: (context: RequestContext) => Promise<ApiResponse>;
  /** Answers those that would hold up others. */
  readonly beside?: Handler;
  /** Changes who the caller is when it asks to; throws 403 when it may not. */
  readonly impersonate?: Impersonate;
  /** Writes down what is done, where somebody wants that. */
  readonly audit?: Auditor;
}

const AUTHENTICATED = "system:authenticated";
const JSON_FORMAT: Format = { encoding: "json", as: "object", pretty: false };
const READ_VERBS = new Set(["get", "list", "watch", "head", "options"]);

/** The whole way of a request: who, what, may they, do it, say how it went. */
export function pipeline(options: PipelineOptions): Handler {
  const { metrics, clock, beside } = options;
  const dispatch = beside ? besideWhenHeavy(options.dispatch, beside) : options.dispatch;
  const turn = () => clock.yield();
  const turns = new RequestTurns(clock);
  const begin = () => turns.begin();
  return async (received) => {
    if (!isDecodable(received.path)) return UNDECODABLE;
    const request = withoutTokenProtocol(received);
    const startMs = clock.monotonicMs();
    const auditId = request.headers["audit-id"] || options.random.uuid();
    const query = new URLSearchParams(request.query);
    const warnings: string[] = [];
    const info = requestInfo(request.method, request.path, query);
    let flowHeaders: Readonly<Record<string, string>> = {};
    let response: ApiResponse;
    let audited: AuditedRequest | undefined;
    let isLetIn = false;
    try {
      checkTimeout(info, query);
      const caller = await authenticate(received, options, warnings);
      if (options.audit)
        audited = options.audit.audited({ request, info: aboutOne(info, query), user: caller, auditId });
      if (audited) await audited.received();
      const { user, constraint } = options.impersonate
        ? await options.impersonate(request, caller, info)
        : { user: caller };
      if (user !== caller) audited?.impersonated(user, constraint);
      const flow = isLongRunning(info) ? undefined : options.flows.flowOf(info, user);
      flowHeaders = headersOf(flow);
      response = await inTurn({ request, info, user, flow, options }, async () => {
        const name = info.name || selectedName(info, query);
        const attributes = { ...info, name, user, fields: fixedFields(query), query };
        await mustBeAllowed(attributes, options, audited);
        isLetIn = true;
        // What has a body is there as a whole when that has been read.
        if (request.body.type !== "stream") await begin();
        return dispatch({
          request,
          info,
          query,
          user,
          warnings,
          ...(audited && { audited }),
          emptied: NOTHING_EMPTIED,
          isLarge: false,
          // Who calls from this process passes objects and is passed some, and what is written down of requests is made here.
          ...(beside && !audited && request.peer.identity === undefined && { weigh }),
          begin,
          turn,
          authorize: (other) => authorize({ ...attributes, ...other }, options.authorizers),
        });
      });
    } catch (error) {
      response = failure(error, request, options.log);
      if (!isLetIn && response.status === 403) response = unsniffed(response);
      if (options.audit && isOfNobody(error)) {
        const refused = options.audit.audited({ request, info: aboutOne(info, query), user: undefined, auditId });
        await refused?.refused(response);
      }
    }
    const durationMs = clock.monotonicMs() - startMs;
    metrics.count(info, { code: response.status, dryRun: query.has("dryRun"), durationMs });
    if (response.body.type === "stream" && info.verb === "watch")
      response = { ...response, body: counted(response.body, metrics.longRunning(info)) };
    if (audited) response = await followed(audited, response, info);
    return withHeaders(await compressed(request, response), { auditId, warnings, flowHeaders });
  };
}

/** As who may not come in is answered, and nobody else: what the text is, is not to be guessed. */
function unsniffed(response: ApiResponse): ApiResponse {
  return { ...response, headers: { ...response.headers, "x-content-type-options": "nosniff" } };
}

/** Tells of an answer, and of its end where it lasts. */
async function followed(audited: AuditedRequest, response: ApiResponse, info: RequestInfo): Promise<ApiResponse> {
  const isLong = info.verb === "watch" || isLongRunning(info);
  const over = await audited.answered(response, { isLong });
  const { body } = response;
  if (body.type === "stream") return { ...response, body: counted(body, over) };
  if (body.type === "upgrade")
    return { ...response, body: { ...body, serve: (connection) => body.serve(connection).finally(over) } };
  if (body.type === "events") return { ...response, body: { ...body, batches: ending(body.batches, over) } };
  over();
  return response;
}

async function* ending<T>(source: AsyncIterable<T>, over: () => void): AsyncGenerator<T> {
  try {
    yield* source;
  } finally {
    over();
  }
}

async function mustBeAllowed(
  attributes: Attributes,
  { authorizers }: PipelineOptions,
  audited: AuditedRequest | undefined,
): Promise<void> {
  const decision = await decide(attributes, authorizers);
  if (audited) noteDecision(audited, decision);
  if (decision.error !== undefined) throw new Undecided(decision.error);
  if (!decision.isAllowed) throw forbiddenTo(attributes, decision.reason);
}

function noteDecision(audited: AuditedRequest, { isAllowed, reason }: Decision): void {
  audited.annotate("authorization.k8s.io/decision", isAllowed ? "allow" : "forbid");
  audited.annotate("authorization.k8s.io/reason", reason);
}

const isOfNobody = (error: unknown) => error instanceof StatusError && error.code === 401;

/** What a request is about, by the name that a list or watch of one is for. */
function aboutOne(info: RequestInfo, query: URLSearchParams): RequestInfo {
  const name = info.name || selectedName(info, query);
  return name === info.name ? info : { ...info, name };
}

/** What the original's HTTP server says before anyone else sees the request. */
const UNDECODABLE: ApiResponse = {
  status: 400,
  headers: { "content-type": "text/plain; charset=utf-8", connection: "close" },
  body: { type: "bytes", bytes: Buffer.from("400 Bad Request") },
};

/** Whether every percent sign of a path begins the number of a byte. */
function isDecodable(path: string): boolean {
  return !path.includes("%") || !/%(?![0-9A-Fa-f]{2})/.test(path);
}

type StreamBody = Extract<ApiResponse["body"], { readonly type: "stream" }>;

/** A stream that tells when it is over. Written out, since a generator costs more than the rest of a delivery. */
function counted(body: StreamBody, over: () => void): StreamBody {
  const source = body.chunks[Symbol.asyncIterator]();
  let isOver = false;
  const end = () => {
    if (!isOver) over();
    isOver = true;
  };
  const pass: AsyncIterableIterator<Uint8Array> = {
    next: () =>
      source.next().then(
        (result) => {
          if (result.done) end();
          return result;
        },
        (error) => {
          end();
          throw error;
        },
      ),
    async return() {
      end();
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => pass,
  };
  return { ...body, chunks: pass };
}

async function authenticate(
  request: ApiRequest,
  { authenticators, anonymous }: PipelineOptions,
  warnings: string[],
): Promise<UserInfo> {
  for (const authenticator of authenticators) {
    const user = await authenticator(request);
    if (user) return user.groups.includes(AUTHENTICATED) ? user : asAuthenticated(user);
  }
  if (isSpacedToken(request.headers)) warnings.push(SPACED_TOKEN);
  const isOpen = typeof anonymous === "boolean" ? anonymous : anonymous.includes(request.path);
  if (!isOpen) throw unauthorized();
  return ANONYMOUS;
}

const known = new WeakMap<UserInfo, UserInfo>();

/** The user with the group of all who have shown who they are; the same object each time, by which others know the user. */
function asAuthenticated(user: UserInfo): UserInfo {
  let whole = known.get(user);
  if (!whole) known.set(user, (whole = { ...user, groups: [...user.groups, AUTHENTICATED] }));
  return whole;
}

/** A list or watch of one name is about that object. */
function selectedName({ verb }: RequestInfo, query: URLSearchParams): string {
  if (verb !== "list" && verb !== "watch") return "";
  return /(?:^|,)metadata\.name==?([^,!]+)/.exec(query.get("fieldSelector") ?? "")?.[1] ?? "";
}

const NO_FIELDS = {};
const NOTHING_EMPTIED: Emptied = new Map();

/** Values that the field selector fixes; none when it can't be read, which is told of later. */
function fixedFields(query: URLSearchParams): Readonly<Record<string, string>> {
  const text = query.get("fieldSelector");
  if (!text) return NO_FIELDS;
  try {
    const equal = parseFieldSelector(text).filter(({ operator }) => operator === "=");
    return Object.fromEntries(equal.map(({ key, values }) => [key, values[0] ?? ""]));
  } catch {
    return NO_FIELDS;
  }
}

/** Asks each authorizer in turn; the first that has an opinion decides. 403 when none allows it. */
export async function authorize(attributes: Attributes, authorizers: readonly Authorizer[]): Promise<void> {
  const { isAllowed, reason } = await decide(attributes, authorizers);
  if (!isAllowed) throw forbiddenTo(attributes, reason);
}

/** 403: the user may not do this. */
export function forbiddenTo(
  { user, isResource, verb, group, resource, subresource, namespace, name, path }: Attributes,
  reason: string,
): Error {
  const who = quote(user.name);
  const suffix = reason ? `: ${reason}` : "";
  if (!isResource) {
    return statusError({
      code: 403,
      reason: "Forbidden",
      message: `forbidden: User ${who} cannot ${verb} path ${quote(path)}${suffix}`,
      details: {},
    });
  }
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${quote(namespace)}` : "at the cluster scope";
  const subject = `${resource}${group ? `.${group}` : ""}${name ? ` ${quote(name)}` : ""}`;
  return statusError({
    code: 403,
    reason: "Forbidden",
    message: `${subject} is forbidden: User ${who} cannot ${verb} resource ${quote(what)} in API group ${quote(group)} ${where}${suffix}`,
    details: { ...(name && { name }), ...(group && { group }), kind: resource },
  });
}

interface Turn {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly flow: Flow | undefined;
  readonly options: PipelineOptions;
}

/** Does the work when it is the request's turn. What lasts, such as a command's streams, doesn't hold a seat. */
async function inTurn({ request, info, user, flow, options }: Turn, work: () => Promise<ApiResponse>) {
  if (isLongRunning(info)) return work();
  const { inflight } = options.metrics;
  const counter = READ_VERBS.has(info.verb) ? "readOnly" : "mutating";
  inflight[counter]++;
  try {
    return await (flow ? options.fairness.run({ flow, info, user, request }, work) : work());
  } finally {
    inflight[counter]--;
  }
}

/** Names a request's flow schema and priority level. */
function headersOf(flow: Flow | undefined): Readonly<Record<string, string>> {
  if (!flow) return {};
  return {
    "x-kubernetes-pf-flowschema-uid": flow.schema.metadata.uid,
    "x-kubernetes-pf-prioritylevel-uid": flow.level.metadata.uid,
  };
}

/** 400 for a time that the whole may take which can't be read; what lasts as long as it likes has none. */
function checkTimeout(info: RequestInfo, query: URLSearchParams): void {
  const timeout = query.get("timeout");
  if (!timeout || info.verb === "watch" || isLongRunning(info)) return;
  const ms = durationMs(timeout);
  if (typeof ms === "string") throw badRequest(`invalid timeout specified in the request URL - ${ms}`);
}

const LONG_RUNNING = new Set(["attach", "exec", "proxy", "log", "portforward"]);
const PROFILES = "/debug/pprof/";

/** Whether a request lasts as long as it likes, beside watches. */
function isLongRunning({ subresource, isResource, path }: RequestInfo): boolean {
  return LONG_RUNNING.has(subresource) || (!isResource && path.startsWith(PROFILES));
}

/** Nobody could be asked whether a request is allowed. */
class Undecided extends Error {
  override readonly name = "Undecided";
}

function failure(error: unknown, request: ApiRequest, log: Log): ApiResponse {
  if (error instanceof Undecided) {
    log.error("Authorization failed", { method: request.method, path: request.path, error });
    const uri = request.query ? `${request.path}?${request.query}` : request.path;
    const text = `Internal Server Error: ${JSON.stringify(uri)}: ${error.message}\n`;
    return respondText(500, text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
  }
  if (error instanceof TurnedAway) {
    const { status, headers, body } = respondText(429, "Too many requests, please try again later.\n");
    return { status, headers: { ...headers, "retry-after": "1" }, body };
  }
  const format = errorFormat(request);
  if (error instanceof Error && error.name === "StatusError") return respondError(error, format);
  log.error("Request failed", { method: request.method, path: request.path, error });
  return respondError(internal(messageOf(error), { cause: error }), format);
}

function errorFormat(request: ApiRequest): Format {
  const pretty = wantsPretty(request, new URLSearchParams(request.query));
  try {
    return negotiate(request.headers.accept, { views: false, unrouted: true }, pretty);
  } catch {
    return { ...JSON_FORMAT, pretty: true };
  }
}

interface Extra {
  readonly auditId: string;
  readonly warnings: readonly string[];
  readonly flowHeaders: Readonly<Record<string, string>>;
}

function withHeaders(response: ApiResponse, { auditId, warnings, flowHeaders }: Extra): ApiResponse {
  const headers: Record<string, string | readonly string[]> = {
    ...response.headers,
    ...flowHeaders,
    "audit-id": auditId,
  };
  if (warnings.length > 0) headers.warning = fittingWarnings(warnings).map((text) => `299 - ${headerText(text)}`);
  return { ...response, headers };
}

/** A quoted text in the bytes of a header, which are UTF-8 whatever Node takes them for. */
function headerText(text: string): string {
  return Buffer.from(JSON.stringify(text), "utf8").toString("latin1");
}
