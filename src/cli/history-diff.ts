import { isObject } from "../schema/index.ts";
import { jsonEqual, own } from "../base/index.ts";

interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

/** One version of an object, as the server gives it. */
export interface Version {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly managedFields?: readonly ManagedFields[];
  };
  readonly [field: string]: unknown;
}

export interface FieldChange {
  readonly path: string;
  /** Absent: it wasn't there. */
  readonly before?: unknown;
  /** Absent: it is gone. */
  readonly after?: unknown;
}

/** What one version changed, who wrote it and when. */
export interface VersionChange {
  readonly revision: string;
  readonly type: "created" | "changed" | "oldest";
  readonly time: string | undefined;
  /** "manager (operation)" of those whose managed fields tell that they wrote this version. */
  readonly managers: readonly string[];
  readonly fields: readonly FieldChange[];
}

/** What each version did to the one before. `isWhole`: the first one is the object as it was created. */
export function changesOf(versions: readonly Version[], isWhole: boolean): VersionChange[] {
  return versions.map((version, index) => {
    const before = versions[index - 1];
    const writers = writersOf(version, before);
    const times = writers.flatMap(({ time }) => time ?? []).sort();
    return {
      revision: version.metadata.resourceVersion,
      type: before ? "changed" : isWhole ? "created" : "oldest",
      time: times.at(-1) ?? (before ? undefined : version.metadata.creationTimestamp),
      managers: writers.map(managerText),
      fields: before ? differences("", comparable(before), comparable(version)) : [],
    };
  });
}

/** Managers whose entry is not as it was: a write renews its manager's time or fields. */
function writersOf(version: Version, before: Version | undefined): readonly ManagedFields[] {
  const known = before?.metadata.managedFields ?? [];
  const now = version.metadata.managedFields ?? [];
  return now.filter((entry) => !known.some((one) => jsonEqual(one, entry)));
}

function managerText({ manager = "unknown", operation, subresource }: ManagedFields): string {
  const how = [operation, subresource].filter(Boolean).join(" of ");
  return how === "" ? manager : `${manager} (${how})`;
}

/** Without what changes with every write and says nothing, and without the type, which items of lists don't tell. */
function comparable({ metadata, kind: _kind, apiVersion: _apiVersion, ...rest }: Version): Record<string, unknown> {
  const { resourceVersion: _, managedFields: __, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

function differences(path: string, before: unknown, after: unknown): FieldChange[] {
  if (jsonEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return inLists(path, before, after);
  if (!isObject(before) || !isObject(after))
    return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => differences(join(path, name), own(before, name), own(after, name)));
}

/** Items go together by what names them, else by their place. */
function inLists(path: string, before: readonly unknown[], after: readonly unknown[]): FieldChange[] {
  const key = ["name", "type", "uid", "containerPort", "port", "ip"].find((one) =>
    [...before, ...after].every((item) => isObject(item) && item[one] !== undefined),
  );
  const places = (items: readonly unknown[]) =>
    new Map(items.map((item, index) => [key ? `${key}=${(item as Record<string, unknown>)[key]}` : `${index}`, item]));
  const [old, now] = [places(before), places(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.flatMap((name) => differences(`${path}[${name}]`, old.get(name), now.get(name)));
}

function join(path: string, name: string): string {
  const isPlain = /^[\w-]+$/.test(name);
  if (!isPlain) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}
