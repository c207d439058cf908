import { canonicalQuantity, fromHub, groupVersion, hubOf, type KindDefinition, toHub } from "../../api/index.ts";
import type { AdmissionRequest, ObjectKind } from "../contracts.ts";
import { copyJson, decodeJson } from "../../schema/index.ts";
import { respoken } from "../stored/custom.ts";
import { overwrite } from "./overwrite.ts";

type Json = Record<string, unknown>;

/** All versions of a kind that are served, those of other groups too. */
export type VersionsOf = (hub: KindDefinition) => readonly KindDefinition[];

/** The versions in which a request could have been made, the one in which it was first. */
export function requestVersions({ kind, apiVersion }: AdmissionRequest, versionsOf: VersionsOf): KindDefinition[] {
  const all = versionsOf(hubOf(kind));
  const made = all.find((one) => groupVersion(one) === apiVersion) ?? kind;
  const others = all.filter((one) => one !== made);
  if (!kind.custom) return [made, ...others];
  const { declared } = kind.custom.versions;
  const place = (one: KindDefinition) => declared.indexOf(groupVersion(one));
  return [made, ...others.sort((a, b) => place(a) - place(b))];
}

/** A version's kind as reviews and expressions name it. */
export function kindName({ group, version, kind }: ObjectKind): Json {
  return { group, version, kind };
}

/** A version's resource as they name it. */
export function resourceName({ group, version, plural }: KindDefinition): Json {
  return { group, version, resource: plural };
}

/** The request as if it had been made in another version. */
export async function inVersion(request: AdmissionRequest, kind: KindDefinition): Promise<AdmissionRequest> {
  if (kind === request.kind) return request;
  if (request.objectKind) return { ...request, kind };
  const object = request.object && (await viewOf(kind, request.object));
  const oldObject = request.oldObject && (await viewOf(kind, request.oldObject as Json));
  return { ...request, kind, object, oldObject };
}

/** The same in the version in which it is kept, with nothing in it of the one in which it came. */
export function asKept(request: AdmissionRequest): AdmissionRequest {
  const { kind, objectKind, apiVersion, object } = request;
  if (!object || objectKind || kind.custom || apiVersion === groupVersion(kind)) return request;
  return { ...request, object: canonical(kind, object) };
}

const canonical = (kind: KindDefinition, object: Json): Json =>
  decodeJson(kind.struct, object, { quantity: canonicalQuantity }).value;

function viewOf(kind: KindDefinition, object: Json): Json | Promise<Json> {
  const own = copyJson(object);
  if (kind.custom) return respoken(kind.custom.versions, own, groupVersion(kind));
  return canonical(kind, fromHub(kind, own));
}

/** Brings what has become of the object in another version back to the request. */
export async function takeBack(request: AdmissionRequest, { kind, object }: AdmissionRequest): Promise<void> {
  if (!request.object || !object || object === request.object) return;
  const taken = kind.custom ? await viewOf(request.kind, object) : toHub(kind, object);
  overwrite(request.object, taken);
}
