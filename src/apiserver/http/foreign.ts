import { own } from "../../base/index.ts";
import {
  badRequest,
  DeleteOptions,
  groupVersion,
  type KindDefinition,
  kindFor,
  kinds,
  ListMeta,
  PartialObjectMetadata,
  PartialObjectMetadataList,
  quote,
  Status,
  statusError,
  type StatusError,
} from "../../api/index.ts";
import { list, ref, struct, type StructNode } from "../../schema/index.ts";

/** What a body is expected to hold: a served kind, or one that exists only below others, such as Scale. */
export interface BodyType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly struct: StructNode;
  /** Other group versions that mean the same. */
  readonly alsoVersions?: readonly string[];
  readonly custom?: KindDefinition["custom"];
}

/** What a body says that it holds. */
export interface GivenType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The version that an envelope says; nothing for what is none, which counts as not said. */
export function versionSaid(apiVersion: string): string {
  return apiVersion === "/" || apiVersion.split("/").length > 2 ? "" : apiVersion;
}

/** What verbs take belongs to every version of every group. */
const OPTIONS_KINDS: ReadonlySet<string> = new Set([
  "CreateOptions",
  "DeleteOptions",
  "GetOptions",
  "ListOptions",
  "PatchOptions",
  "UpdateOptions",
  "WatchEvent",
]);

/** What says something of the API itself. */
const UNVERSIONED_KINDS: ReadonlySet<string> = new Set([
  "Status",
  "APIVersions",
  "APIGroup",
  "APIGroupList",
  "APIResourceList",
]);

const UNVERSIONED_STRUCTS: Readonly<Record<string, StructNode>> = {
  DeleteOptions,
  Status,
  PartialObjectMetadata,
  PartialObjectMetadataList,
};

/** 400 for what can't be handled as an object of the kind expected. */
export function unhandled({ apiVersion, kind }: GivenType, type: BodyType, why: string, cause?: unknown): StatusError {
  const version = apiVersion.split("/").at(-1);
  const message = `${kind} in version ${quote(version ?? "")} cannot be handled as a ${type.kind}: ${why}`;
  return badRequest(message, { cause });
}

/** An object of another kind that is known. */
export function foreign(given: GivenType, type: BodyType): StatusError {
  const version = given.apiVersion.split("/").at(-1);
  const internal = type.group === "" ? "core" : type.group.split(".")[0];
  const why = `converting (${version}.${given.kind}) to (${internal}.${type.kind}): unknown conversion`;
  return unhandled(given, type, why);
}

export function unregistered(given: GivenType, type: BodyType): StatusError {
  return unhandled(given, type, unregisteredText(given));
}

function unregisteredText({ apiVersion, kind }: GivenType): string {
  return `no kind ${quote(kind)} is registered for version ${quote(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
}

/** Whether Kubernetes knows a type that it may not serve: previews of a group's kinds, and what once was in extensions. */
export function isRegistered({ apiVersion, kind }: GivenType, type: BodyType): boolean {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  if (UNVERSIONED_KINDS.has(kind)) return true;
  if (OPTIONS_KINDS.has(kind)) return isKnownVersion(version, group) || group === type.group;
  // Servers behind the first know their own kinds only, and nobody else knows those.
  if (group !== type.group && (APART.has(group) || APART.has(type.group))) return false;
  const item = kind.replace(/List$/, "");
  if (apiVersion === "extensions/v1beta1") return ONCE_EXTENSIONS.has(item);
  if (apiVersion === "v1" && kind === "List") return true;
  if (own(UNSERVED_KINDS, apiVersion)?.includes(kind)) return true;
  const isOfGroup = (one: GroupKind) => one.group === group && one.kind === item;
  if (kindFor({ group, version, kind: item })) return true;
  return /^v\d+(alpha|beta)\d+$/.test(version) && (isOfGroup(type) || kinds.some(isOfGroup));
}

/** Whether there are kinds of a version, or there were before it became stable. */
function isKnownVersion(version: string, group: string): boolean {
  return /^v\d+((alpha|beta)\d+)?$/.test(version) && kinds.some((one) => one.group === group);
}

/** Kinds that are known without objects of them being served by themselves. */
const UNSERVED_KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: [
    ...["PodStatusResult", "RangeAllocation", "SerializedReference", "NodeProxyOptions", "ServiceProxyOptions"],
    ...["PodAttachOptions", "PodExecOptions", "PodLogOptions", "PodPortForwardOptions", "PodProxyOptions"],
  ],
  "apps/v1beta1": ["Scale"],
  "apps/v1beta2": ["Scale"],
  "authentication.k8s.io/v1": ["TokenRequest"],
  "autoscaling/v1": ["Scale"],
  "imagepolicy.k8s.io/v1alpha1": ["ImageReview"],
  "policy/v1": ["Eviction"],
  "policy/v1beta1": ["Eviction"],
};

const APART: ReadonlySet<string> = new Set(["apiextensions.k8s.io", "apiregistration.k8s.io"]);

type GroupKind = Pick<BodyType, "group" | "kind">;

const ONCE_EXTENSIONS = new Set(["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet", "Scale"]);

/** The struct that a message of a type is read by, whatever is expected; undefined for a type that isn't known, or not so well. */
export function structOfGiven(given: GivenType, type: BodyType): StructNode | undefined {
  if (given.kind === type.kind && [groupVersion(type), ...(type.alsoVersions ?? [])].includes(given.apiVersion))
    return type.struct;
  if (!isRegistered(given, type)) return undefined;
  const [version = "", group = ""] = given.apiVersion.split("/").reverse();
  const known = kindFor({ group, version, kind: given.kind })?.struct ?? own(UNVERSIONED_STRUCTS, given.kind);
  if (known) return known;
  const item = given.kind.endsWith("List")
    ? kindFor({ group, version, kind: given.kind.slice(0, -"List".length) })
    : undefined;
  return item && listStruct(item.struct);
}

function listStruct(item: StructNode): StructNode {
  return struct(`${item.name}List`, () => ({ metadata: ref(1, ListMeta), items: list(2, item) }));
}

/** 406: one object can't be shown as a list, nor a list as one object. */
export function isNo(view: string, what: string, type: string): StatusError {
  const message = `you requested ${view}, but the requested object is ${what} (*${type})`;
  return statusError({ code: 406, reason: "NotAcceptable", message });
}

/** What the original calls the type of a kind's objects in its own language. */
export function typeName({ group, kind, custom }: Pick<BodyType, "group" | "kind" | "custom">): string {
  return custom ? "unstructured.Unstructured" : `${group === "" ? "core" : group.split(".")[0]}.${kind}`;
}
