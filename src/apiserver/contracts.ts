import type { FieldError, KindDefinition } from "../api/index.ts";
import type { ApiRequest, ApiResponse, UserInfo } from "../net/message.ts";

/** What a request is about, told from its method and path alone. */
export interface RequestInfo {
  readonly isResource: boolean;
  /** The path, decoded; what non-resource rules match. */
  readonly path: string;
  /** get, list, watch, create, update, patch, delete, deletecollection, or the method in lower case for other paths. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** What follows the subresource: the path that a proxy passes on. */
  readonly rest: string;
  readonly namespace: string;
  readonly name: string;
}

/** What is asked of an authorizer. */
export interface Attributes extends RequestInfo {
  readonly user: UserInfo;
  /** Values that a field selector fixes, by path. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Of the request, for who looks at its selectors. */
  readonly query?: URLSearchParams;
}

/** Who a caller is for a request: itself, or whom it acts as, by which right. */
export type Impersonate = (
  request: ApiRequest,
  caller: UserInfo,
  info: RequestInfo,
) => Promise<{ readonly user: UserInfo; readonly constraint?: string }>;

export interface Authorization {
  readonly decision: "allow" | "deny" | "noOpinion";
  readonly reason: string;
  /** Why there is nothing better to say: whom this keeps out is told that it is the server's own fault. */
  readonly error?: string;
}

/** A user whose credentials say whom they are for. */
export type Authenticated = UserInfo & { readonly audiences?: readonly string[] };

/**
 * Who is calling? undefined: this authenticator can't tell; throws a 401 for credentials that are wrong, or for none of
 * the audiences (default: this server's).
 */
export type Authenticator = (request: ApiRequest, audiences?: readonly string[]) => Promise<Authenticated | undefined>;

export interface Authorizer {
  (attributes: Attributes): Promise<Authorization>;
  /** Why it can't tell all that a user may do, if it can't; a few words each. */
  readonly unresolved?: readonly string[];
}

/** Reads for parts of the server itself: consistent, without authorization. */
export interface Reads {
  get<T>(kind: KindDefinition<T>, key: { readonly namespace?: string; readonly name: string }): Promise<T | undefined>;
  list<T>(kind: KindDefinition<T>, namespace?: string): Promise<readonly T[]>;
  /** Differs whenever what the cache holds of a kind does; what is worked out from it may be kept as long. */
  version(kind: KindDefinition): number;
  /** What the cache holds now; may lag behind other servers' writes. */
  cached<T>(kind: KindDefinition<T>, namespace?: string): readonly T[];
  /** Whether the cache holds an object now. */
  holds<T>(kind: KindDefinition<T>, key: { readonly namespace?: string; readonly name: string }): boolean;
  /** Whether the cache of a kind knows that there is nothing; false where it doesn't know what there is. */
  isEmpty<T>(kind: KindDefinition<T>): boolean;
  /** Resolves once the cache of a kind holds all that there is. */
  filled<T>(kind: KindDefinition<T>): Promise<void>;
}

/** What is written of a request takes notes of what it meets on its way. */
export interface Audited {
  /** The first note of a key stays. */
  annotate(key: string, value: string): void;
  /** Whether as much as what was sent is written of the request. */
  has(level: "Request"): boolean;
  /** The object that was sent; `whole` makes it as it is to be written. */
  sent(object: Readonly<Record<string, unknown>>, whole: () => Readonly<Record<string, unknown>>): void;
  /** The same of what is no object. */
  sentAs(value: () => unknown): void;
}

export type AdmissionOperation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** A kind by its name. */
export type ObjectKind = Pick<KindDefinition, "group" | "version" | "kind">;

export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  /** In the version that is stored, as the objects are. */
  readonly kind: KindDefinition;
  /** What the objects are, where a subresource takes something else than its resource's kind. */
  readonly objectKind?: ObjectKind | undefined;
  /** Group and version that the client speaks. */
  readonly apiVersion: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** A mutating plugin may change it; absent for DELETE. */
  readonly object: Record<string, unknown> | undefined;
  readonly oldObject: unknown;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** What the request's query asks of the write. */
  readonly query: URLSearchParams;
  /** How something is to be deleted. */
  readonly deleteOptions?: Readonly<Record<string, unknown>> | undefined;
  readonly warnings: string[];
  /** Notes that go with what is written of the request, if anything is. */
  readonly audited?: Audited | undefined;
  readonly reads: Reads;
}

/** Looks at writes before they are stored; refuses by throwing a StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  /** "group/plural" of those whose requests it looks at; all unless it says. Others needn't be shown to it. */
  readonly resources?: readonly string[];
  /** Whether it is shown, too, who wants to be connected with what runs in the cluster (CONNECT). */
  readonly seesConnections?: true;
  /** Whether it would let anything pass as things are: not being shown a request costs less than letting it pass. */
  readonly isIdle?: (reads: Reads) => boolean;
  /** May change the object. It is true when the others should see it once more, which happens once for a request. */
  readonly admit?: (request: AdmissionRequest) => Promise<boolean | void>;
  /** The same when they see it once more, of plugins that don't do then what they did at first. */
  readonly admitAgain?: (request: AdmissionRequest) => Promise<void>;
  readonly validate?: (request: AdmissionRequest) => Promise<void>;
  /** What is wrong with a new object, told with whatever else is wrong with it. */
  readonly problems?: (request: AdmissionRequest) => Promise<readonly FieldError[]>;
}

/** Paths of values that were given empty, with the value. */
export type Emptied = ReadonlyMap<string, unknown>;

/** One request on its way through the pipeline. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly user: UserInfo;
  /** Texts of Warning headers. */
  readonly warnings: string[];
  /** Present when events are written of the request. */
  readonly audited?: Audited;
  /** Empty lists and maps that the client gave, by path: stored objects lack them, but some kinds and messages tell them from none. */
  emptied: Emptied;
  /** Whether the object, as an apply makes it, says more than is kept of it. */
  dropsSome?: boolean;
  /** What is sent or changed is so large that others have a turn of the event loop between the steps of the work on it. */
  isLarge: boolean;
  /** The body, once it has been read as a whole. */
  bytes?: Uint8Array;
  /**
   * Shown what was sent or is stored before anything is done with it ("read": it is only read and shown), or told of how
   * many values there are; throws when that is too much to be worked on here. Absent where there is nowhere else.
   */
  readonly weigh?: (what: Uint8Array | number, work?: "read" | undefined) => void;
  /** To be awaited once the request is there as a whole: many that come together are begun few at a time. */
  readonly begin: () => Promise<void> | undefined;
  /** Gives others a turn of the event loop. */
  readonly turn: () => Promise<void>;
  /** Asks whether the caller may also do something else, where the request turns out to be that; throws 403. */
  readonly authorize: (other: Partial<Attributes>) => Promise<void>;
}

/** Answers a path below an object that is no plain read or write of it, such as pods/log. */
export type SubresourceHandler = (context: RequestContext) => Promise<ApiResponse>;
