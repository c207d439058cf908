import {
  type Field,
  type FieldOptions,
  type Fields,
  type InferFields,
  list,
  ref,
  string,
  type StructNode,
  struct,
} from "../schema/index.ts";
import { ListMeta } from "./meta/v1/listmeta.ts";
import { ObjectMeta } from "./meta/v1/objectmeta.ts";

/** A path below a resource, such as pods/status. */
export interface Subresource {
  readonly name: string;
  /** Kind of the body; default the resource's own. */
  readonly kind?: string;
  /** group/version of the body when it isn't the resource's own. */
  readonly groupVersion?: string;
  readonly verbs: readonly string[];
  /** For scale: paths of replicas, status.replicas and the selector. */
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector: string };
}

/** A column that the server prints for `kubectl get`. */
export interface Column<T> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  /** 0 shows always, 1 with -o wide. */
  readonly priority: number;
  readonly description?: string;
  readonly cell: (object: T, now: number) => unknown;
}

/** One problem with a value; what clients see as a cause of a 422. */
export interface FieldError {
  readonly path: string;
  /** A field error type as errors.json records it. */
  readonly type: FieldErrorType;
  /** The offending value, where the message shows it. */
  readonly value?: unknown;
  /** Path of what is shown, where that isn't the error's. */
  readonly valuePath?: string;
  /** The message shows no value although its type does. */
  readonly valueOmitted?: true;
  readonly detail: string;
  /** Of what may not change, where the detail ends with the difference: what that is made of. */
  readonly change?: Change;
}

/** A value before and after a change, as a message shows it. */
export interface Change {
  /** Path of what is shown. */
  readonly path: string;
  readonly what: string;
  readonly before: unknown;
  readonly after: unknown;
  /** Paths in it of what is made anew for the comparison, and so isn't told from nothing when it was given empty. */
  readonly remade?: readonly string[];
}

export type FieldErrorType =
  | "Required"
  | "Invalid"
  | "NotSupported"
  | "Duplicate"
  | "NotFound"
  | "Forbidden"
  | "TooLong"
  | "TooMany"
  | "TypeInvalid"
  | "Internal";

/** How a version of a kind is stored: as another version, its hub. */
export interface KindStorage {
  readonly hub: KindDefinition;
  /** Both are pure, get shared objects and may share parts of them; absent when both versions have the same shape. */
  readonly toHub?: (object: Record<string, unknown>) => Record<string, unknown>;
  readonly fromHub?: (object: Record<string, unknown>) => Record<string, unknown>;
}

/** Metadata beside the name that clients set. */
export const CLIENT_METADATA = ["labels", "annotations", "ownerReferences", "finalizers"] as const;
/** Metadata that most statuses that keep any keep. */
export const KEPT_WITH_STATUS = [...CLIENT_METADATA, "deletionTimestamp", "selfLink"] as const;

/** How the generic verbs treat a kind, where that isn't the same for all. */
export interface KindRules {
  /** A put of something that isn't there makes it. */
  readonly createdByUpdate?: boolean;
  /** Its updates say that someone still lives, and may wait some milliseconds for others. */
  readonly renewed?: boolean;
  /** The original keeps no cache of it: a version that is none is the client's fault also where one object is got. */
  readonly uncached?: boolean;
  /** A deletion that ends at once answers with the object instead of a Status, whether OpenAPI tells so or not. */
  readonly returnsDeleted?: true | "untold";
  /** Metadata that an update of the status leaves as it is, or the whole of it. */
  readonly statusKeeps?: "metadata" | readonly (typeof KEPT_WITH_STATUS)[number][];
  /**
   * Paths whose values a write says in vain, by subresource ("" is the object itself), where those aren't `status` and, for
   * the status, `spec`: nobody manages what they say there.
   */
  readonly resets?: Readonly<Record<string, readonly string[]>>;
  /** It is never stored as protobuf, although it is spoken. */
  readonly storedAsJson?: boolean;
  /** The form in which the original stores it, where that is a version that nobody speaks any more. */
  readonly storedForm?: {
    readonly version: string;
    readonly toStored: (object: Record<string, unknown>) => Record<string, unknown>;
    readonly fromStored: (object: Record<string, unknown>) => Record<string, unknown>;
  };
  /** Text of the Warning header that every request for it gets. */
  readonly deprecation?: string;
}

/** What is fixed about a kind, declared once; the functions that go with it are found by `behaviorOf`. */
export interface KindDefinition<T = unknown> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** The object: kind, apiVersion, metadata, then the fields. */
  readonly struct: StructNode;
  /** The list of it. */
  readonly list: StructNode;
  readonly rules: KindRules;
  /** The version that it is stored as; absent when that is this one. Everything but defaults is the stored version's. */
  readonly storage: KindStorage | undefined;
  /** What discovery hashes: the version that a default server of the original stores. */
  readonly storageVersion: string;
  /** Where its objects lie in the store, below /registry; the plural unless said. */
  readonly storagePrefix: string;
  /** Users defined it while the server runs. */
  readonly custom?: CustomKind;
  readonly "~type"?: T;
}

/**
 * What is different about a kind that users define: it is spoken in JSON and YAML only, has no strategic merge, and the
 * items of its lists say what they are.
 */
export interface CustomKind {
  readonly listKind: string;
  /** Its definition is being deleted: there are no new objects. */
  readonly terminating: boolean;
  readonly columns: readonly Column<unknown>[] | undefined;
  readonly behavior: KindBehavior<unknown>;
  /** The same for all versions of one definition. */
  readonly versions: CustomVersions;
}

/** The versions of a definition, served or not, and how objects get from one into another. */
export interface CustomVersions {
  /** Group and version that objects are written in; those that lie in the store may be of another. */
  readonly stored: string;
  /** Of all versions, in the order in which they are declared. */
  readonly declared: readonly string[];
  /** What a version knows of an object, by its group and version; undefined when there is no such version. */
  readonly structOf: (apiVersion: string) => StructNode | undefined;
  /** Asks who converts; absent where versions differ in nothing but their names and what they know. */
  readonly convert?: (object: Record<string, unknown>, apiVersion: string) => Promise<Record<string, unknown>>;
}

/** At the whole of an object's metadata, as of a new one, or at what changed. */
export type MetadataLook = "whole" | "change";

/** What each way to look at changed metadata finds. */
export type MetadataProblems = Readonly<Record<MetadataLook, readonly FieldError[]>>;

/** What no declaration can say; every function is pure. */
export interface KindBehavior<T> {
  /** Why the unversioned form can't be made of what a client sends; undefined where it can. */
  readonly unreadable?: (object: T) => string | undefined;
  /** Fills in defaults that depend on other fields; gets a fresh object that it may change. */
  readonly setDefaults?: (object: Mutable<T>) => void;
  /** Clears what a client may not set on create (status), before defaults; may change the object. */
  readonly prepareCreate?: (object: Mutable<T>, now: string) => void;
  /** A client that makes the object may say its status too. */
  readonly statusOnCreate?: boolean;
  /** Carries over what an update of the main resource may not change (status); may change the object. */
  readonly prepareUpdate?: (object: Mutable<T>, old: T, now: string) => void;
  /** Same for one subresource (default for status: everything but status and some metadata is the old object's). */
  readonly prepareSubresourceUpdate?: (subresource: string, object: Mutable<T>, old: T, now: string) => void;
  /** What follows from a change of the status, once everything else is the old object's again. */
  readonly prepareStatusUpdate?: (object: Mutable<T>, old: T, now: string) => void;
  readonly validate?: (object: T) => FieldError[];
  /** `emptied`: what was given as an empty list or map, by path, which leaves nothing in an object. */
  readonly validateUpdate?: (
    object: T,
    old: T,
    metadata: MetadataProblems,
    emptied?: { has(path: string): boolean },
  ) => FieldError[];
  /**
   * How the original looks at the metadata of an update beside what it does for every kind, in order. Default: at what
   * changed, before anything else. `placed`: where {@link validateUpdate} says.
   */
  readonly metadataLooks?: readonly MetadataLook[] | "placed";
  /** The same of an update of the status. */
  readonly statusMetadataLooks?: readonly MetadataLook[];
  /** What more is wrong with a name, or what one is to begin with, because of what else the new object says. */
  readonly nameProblems?: (object: T, name: string) => string[];
  /** What of a new object's metadata is looked at only where nothing else is wrong, and then takes what any path takes. */
  readonly metadataLate?: "all" | "name";
  readonly validateStatusUpdate?: (object: T, old: T) => FieldError[];
  /** Of an update by a subresource that changes a part of the spec; undefined: it is validated as a new object. */
  readonly validateSubresourceUpdate?: (subresource: string, object: T, old: T) => FieldError[] | undefined;
  /** What a version that is stored as another asks of an object in its stored form, instead of what that one asks. */
  readonly validateStored?: (object: unknown, old: unknown, metadata: MetadataProblems) => FieldError[];
  /** Rule of metadata.name; default DNS subdomain, which "longName" tells of in the words of declared rules. With "own" there is none but what `nameProblems` says. */
  readonly nameRule?: "dnsSubdomain" | "longName" | "dnsLabel" | "dnsLabel1035" | "pathSegment" | "ipAddress" | "own";
  /** Field selectors beside metadata.name and metadata.namespace: path -> text of the value, of the stored form. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /** Whether its objects can be selected by metadata.namespace, although they are in one. Default true. */
  readonly selectsNamespace?: boolean;
  /** A replacement must say which version it replaces. */
  readonly requiresVersion?: boolean;
  /** A name that is to be generated is what it was to begin with. */
  readonly nameAsBegun?: boolean;
  /** An object that comes without a name gets a unique one. */
  readonly namesItself?: boolean;
  /** What is said of a field selector that isn't among them, where it isn't what most kinds say. */
  readonly unselectableField?: (path: string) => string;
  /** Warnings about a new object as it came, which hold even if it is refused. */
  readonly earlyWarnings?: (object: T) => string[];
  /** Text of the Warning headers for a new or changed object. */
  readonly warnings?: (object: T, old: T | undefined) => string[];
  /** The same of a changed object in which `errors` are wrong, by any subresource, and even if it is refused. */
  readonly validationWarnings?: (object: T, old: T, errors: readonly FieldError[]) => string[];
  /** Whether metadata.generation counts changes of everything but metadata and status; default true when there is a status subresource. */
  readonly generation?: boolean;
  /** What counts as a change for metadata.generation, when it isn't everything but metadata and status. */
  readonly isNewGeneration?: (object: T, old: T) => boolean;
  /** The part of which a client that gives an empty list or map where there is none makes a new generation, each time. */
  readonly exactGeneration?: string;
  /**
   * Whether the original completes a new object only as it reads it: what it has stored lacks defaults, so that the first
   * write makes a new version even if it changes nothing.
   */
  readonly isCompletedByReading?: (object: T) => boolean;
  /** Sets what a new object has only once it is stored, after it was found valid; may change the object. */
  readonly settleCreate?: (object: Mutable<T>) => void;
  /** Sets what follows from an update, when it has all its defaults and its generation; may change the object. */
  readonly settleUpdate?: (object: Mutable<T>, old: T) => void;
  /** The same of an update of the status. */
  readonly settleStatusUpdate?: (object: Mutable<T>, old: T, now: string) => void;
  /** Annotations that stand for fields of the unversioned form; the metadata beside the rows of tables lacks them. */
  readonly fieldAnnotations?: readonly string[];
  /** Finalizers without a domain are not refused; some kinds warn of them. */
  readonly looseFinalizers?: boolean | "warned";
  /** What a name begins with may be the beginning of what any path takes, whatever the name's own rule. */
  readonly loosePrefix?: boolean;
  /** Gives an object of which nothing is said, as bookmarks are, what the original's conversion of it adds. */
  readonly fillBlank?: (object: Mutable<T>) => void;
  /**
   * What changes, besides the time of it, when the deletion of an object begins; may add finalizers. Those that the options
   * ask for are minded only where {@link keepsContent} is.
   */
  readonly prepareDelete?: (object: Mutable<T>, now: string) => void;
  /** Whether an object that is being deleted still holds others: whoever deletes it again changes nothing. */
  readonly keepsContent?: (object: T) => boolean;
  /** Default deletion propagation of dependents; "background" unless said. With "none" it has none, whatever is asked. */
  readonly defaultPropagation?: "background" | "orphan" | "none";
  /** Warning to who deletes without saying what becomes of dependents. */
  readonly propagationWarning?: string;
  /** Deletion is graceful: seconds to wait, 0 for at once. */
  readonly gracePeriodSeconds?: (object: T, requested: number | undefined) => number;
}

/** The same type with everything writable. */
export type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

type Metadata = InferFields<ReturnType<typeof metadataFields>>["metadata"];

/** Metadata of an object that a server holds. */
export type SavedMetadata<Scope> = Metadata & {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
} & (Scope extends "Namespaced" ? { readonly namespace: string } : unknown);

/** The TypeScript type of a declared kind. */
export type InferKind<K> = K extends KindDefinition<infer T> ? T : never;

/** What all objects have in common. */
export interface KubeObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: SavedMetadata<"Cluster"> & { readonly namespace?: string };
}

type ObjectOf<F, Scope> = {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: SavedMetadata<Scope>;
} & InferFields<F>;

export interface KindDeclaration<F extends Fields, Scope extends "Namespaced" | "Cluster"> {
  /** OpenAPI name of the type. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly scope: Scope;
  /** Default: all eight. */
  readonly verbs?: readonly string[];
  readonly subresources?: readonly Subresource[];
  readonly fields: () => F;
  readonly rules?: KindRules;
  /** `storedAs(Hub)` or `storedAs(Hub, { toHub, fromHub })` when objects are stored as another version. */
  readonly storage?: () => KindStorage;
  /** When discovery names another version than the one that is stored. */
  readonly storageVersion?: string;
  /** Default: the plural. */
  readonly storagePrefix?: string;
  /** OpenAPI says that objects need metadata. */
  readonly requiresMetadata?: boolean;
}

const ALL_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] as const;

/** The two fields that name a type; JSON only. */
export function typeMeta() {
  return { kind: string(0), apiVersion: string(0) };
}

function metadataFields(required = false) {
  const options: FieldOptions = required ? { required } : {};
  return { metadata: ref(1, ObjectMeta, options as Record<never, never>) };
}

/** Declares a kind that the API serves. */
export function kind<F extends Fields, const Scope extends "Namespaced" | "Cluster">(
  declaration: KindDeclaration<F, Scope>,
): KindDefinition<ObjectOf<F, Scope>> {
  const object = struct(declaration.name, () => ({
    ...typeMeta(),
    ...metadataFields(declaration.requiresMetadata),
    ...declaration.fields(),
  }));
  let storage: KindStorage | undefined;
  return {
    group: declaration.group,
    version: declaration.version,
    kind: declaration.kind,
    plural: declaration.plural,
    singular: declaration.singular ?? declaration.kind.toLowerCase(),
    shortNames: declaration.shortNames ?? [],
    categories: declaration.categories ?? [],
    scope: declaration.scope,
    verbs: declaration.verbs ?? ALL_VERBS,
    subresources: declaration.subresources ?? [],
    struct: object,
    list: struct(`${declaration.name}List`, () => ({
      ...typeMeta(),
      metadata: ref(1, ListMeta),
      items: list(2, object as StructNode<Record<string, Field<unknown, FieldOptions>>>, {
        always: true,
        required: true,
      }),
    })),
    rules: declaration.rules ?? {},
    storagePrefix: declaration.storagePrefix ?? declaration.plural,
    get storage() {
      return (storage ??= declaration.storage?.());
    },
    get storageVersion() {
      return declaration.storageVersion ?? declaration.storage?.().hub.version ?? declaration.version;
    },
  };
}

/** The kind of a kind's list. */
export function listKindOf({ kind, custom }: Pick<KindDefinition, "kind" | "custom">): string {
  return custom?.listKind ?? `${kind}List`;
}

/** group/version as apiVersion fields write it. */
export function groupVersion(of: { readonly group: string; readonly version: string }): string {
  return of.group === "" ? of.version : `${of.group}/${of.version}`;
}
