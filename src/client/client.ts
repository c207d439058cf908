import type { Draft, KindDefinition, KubeObject } from "../api/index.ts";
import type { ApiRequest, ApiResponse } from "../net/index.ts";

/** Where a kind is served; every KindDefinition is one. */
export type ResourceReference = Pick<KindDefinition, "group" | "version" | "plural" | "scope">;

/** Which object. The namespace is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface GetOptions extends CallOptions {
  readonly resourceVersion?: string;
}

export interface ListOptions extends CallOptions {
  /** Absent for all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
  /** Only metadata is needed, and the server is asked for no more. */
  readonly metadataOnly?: boolean;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "NotOlderThan";
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly metadataOnly?: boolean;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict";
}

export interface UpdateOptions extends WriteOptions {
  readonly subresource?: string;
}

export interface PatchOptions extends WriteOptions {
  readonly type: "json" | "merge" | "strategic" | "apply";
  readonly subresource?: string;
  /** For apply: take fields over from other managers. */
  readonly force?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
  readonly subresource?: string;
}

export type PropagationPolicy = "Background" | "Foreground" | "Orphan";

export interface DeleteOptions extends CallOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: PropagationPolicy;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export interface DeleteCollectionOptions extends DeleteOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** One change. A BOOKMARK's object has a resourceVersion and annotations only. An ERROR is thrown instead. */
export interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: T;
}

export interface RawRequest {
  readonly method?: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ApiRequest["body"];
  readonly signal?: AbortSignal;
  readonly upgrade?: ApiRequest["upgrade"];
}

export interface JsonOptions extends CallOptions {
  readonly query?: string;
  /** The view to ask for; servers that don't have it answer as they would without. */
  readonly as?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** An object that says itself what it is. */
export type SelfNamed = { readonly apiVersion: string; readonly kind: string } & Readonly<Record<string, unknown>>;

/**
 * Typed access to an API server. Objects returned are shared and readonly: build new ones, never change them.
 * Every failure of the server is a `StatusError`.
 */
export interface Client {
  get<T>(kind: KindDefinition<T>, key: ObjectKey, options?: GetOptions): Promise<T>;
  list<T>(kind: KindDefinition<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /** The namespace is the object's. */
  create<T>(kind: KindDefinition<T>, object: Draft<T>, options?: WriteOptions): Promise<T>;
  update<T>(kind: KindDefinition<T>, object: Draft<T>, options?: UpdateOptions): Promise<T>;
  updateStatus<T>(kind: KindDefinition<T>, object: Draft<T>, options?: WriteOptions): Promise<T>;
  patch<T>(kind: KindDefinition<T>, key: ObjectKey, patch: unknown, options: PatchOptions): Promise<T>;
  /** Server-side apply. */
  apply<T>(kind: KindDefinition<T>, object: Draft<T>, options: ApplyOptions): Promise<T>;
  /** Server-side apply of an object with apiVersion and kind. */
  apply(object: SelfNamed, options?: Partial<ApplyOptions>): Promise<KubeObject>;
  /** The object as it was left, or the Status that the server answers with. */
  delete<T>(kind: KindDefinition<T>, key: ObjectKey, options?: DeleteOptions): Promise<T | undefined>;
  deleteCollection<T>(kind: KindDefinition<T>, options?: DeleteCollectionOptions): Promise<void>;
  /** Batches of changes as they come; ends when the server ends it, throws a `StatusError` on an ERROR event. */
  watch<T>(kind: KindDefinition<T>, options?: WatchOptions): AsyncIterable<readonly WatchEvent<T>[]>;
  createSubresource<R = unknown>(
    kind: ResourceReference,
    key: ObjectKey,
    subresource: string,
    body: unknown,
    options?: WriteOptions,
  ): Promise<R>;
  getSubresource<R = unknown>(
    kind: ResourceReference,
    key: ObjectKey,
    subresource: string,
    options?: GetOptions,
  ): Promise<R>;
  /** Any request, answered as it is; no retries. */
  raw(request: RawRequest): Promise<ApiResponse>;
  /** Any GET of JSON, such as discovery. */
  getJson<R = unknown>(path: string, options?: JsonOptions): Promise<R>;
}
