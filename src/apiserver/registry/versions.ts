import { conflict, type KindDefinition, MODIFIED, statusError } from "../../api/index.ts";
import type { StoredObject } from "../stored/stored.ts";

type Json = Record<string, unknown>;
type Meta = Record<string, unknown>;

interface VersionCheck {
  readonly kind: KindDefinition;
  readonly wanted: Json;
  readonly current: StoredObject;
  /** The client sent the whole object. */
  readonly whole: boolean;
}

/** What has a version was stored already: 500, as the store answers. A version that says nothing is taken off. */
export function refuseVersion(metadata: Meta): void {
  const version = String(metadata.resourceVersion ?? "");
  if (problemOf(version) === undefined && Number(version) !== 0)
    throw statusError({ code: 500, reason: "", message: "resourceVersion should not be set on objects to be created" });
  delete metadata.resourceVersion;
}

const UINT64_MAX = 2n ** 64n - 1n;

/** Why a text is no version. */
function problemOf(version: string): string | undefined {
  if (!/^\d+$/.test(version)) return "invalid syntax";
  return version.length > 19 && BigInt(version) > UINT64_MAX ? "value out of range" : undefined;
}

/** 500 for a version that is no number. */
export function checkVersionText(version: unknown): void {
  const problem = version ? problemOf(String(version)) : undefined;
  if (problem === undefined) return;
  const message = `strconv.ParseUint: parsing ${JSON.stringify(version)}: ${problem}`;
  throw statusError({ code: 500, reason: "", message });
}

interface Held {
  readonly key: string;
  readonly dryRun: boolean;
}

/** 409 where the client means another object of that name. */
export function checkUid(
  kind: KindDefinition,
  wanted: Json,
  { current: { object, entry }, dryRun }: { readonly current: StoredObject; readonly dryRun: boolean },
): void {
  const { uid, name } = object.metadata;
  compareUids(kind, { wanted, name, uid }, { key: entry.key, dryRun });
}

/** The same where there is none. */
export function refuseUid(kind: KindDefinition, wanted: Json, held: Held): void {
  compareUids(kind, { wanted, name: String((wanted.metadata as Meta).name), uid: "" }, held);
}

interface Uids {
  readonly wanted: Json;
  readonly name: string;
  readonly uid: string;
}

function compareUids(kind: KindDefinition, { wanted: { metadata }, name, uid: own }: Uids, { key, dryRun }: Held) {
  const { uid } = metadata as Meta;
  if (!uid || uid === own) return;
  // A dry run doesn't get as far as where the keys of the original get their prefix.
  const shown = dryRun ? key.replace(/^\/registry/, "") : key;
  const why = `StorageError: invalid object, Code: 4, Key: ${shown}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${String(uid)}, UID in object meta: ${own}`;
  throw conflict(kind, name, why);
}

/** Checks the version that the client saw; says whether it insists on it. */
export function checkVersion({ kind, wanted, current, whole }: VersionCheck): boolean {
  const { resourceVersion } = wanted.metadata as Meta;
  const { name } = current.object.metadata;
  checkVersionText(resourceVersion);
  const seen = Number(resourceVersion ?? 0);
  if (seen === 0) return false;
  if (String(seen) !== current.object.metadata.resourceVersion) throw conflict(kind, name, MODIFIED);
  return whole;
}
