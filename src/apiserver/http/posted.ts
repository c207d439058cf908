import type { KindDefinition } from "../../api/index.ts";
import { isObject } from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import { joinOwners } from "../registry/metadata.ts";
import type { BodyType } from "./foreign.ts";
import { type Json, readAnswered, requireNamespace } from "./object.ts";

/** What only the server says of an object. */
export const OF_THE_SERVER = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
];

export interface Posted {
  readonly scope: KindDefinition["scope"];
  /** What the metadata says that is the server's to say counts. */
  readonly keepsSystem?: boolean;
}

/** The object in the body of a POST that stores nothing of it, with the metadata that counts. */
export async function readPosted(context: RequestContext, type: BodyType, { scope, keepsSystem }: Posted) {
  const object = await readAnswered(context, type);
  const metadata = metadataOf(object);
  placeInNamespace(context, scope, metadata);
  if (!keepsSystem) for (const name of OF_THE_SERVER) delete metadata[name];
  context.warnings.push(...joinOwners(metadata, "sent"));
  return { ...object, metadata: inOrder(metadata) } as Json & { readonly metadata: Json };
}

/** Where the namespace stands that the path has named. */
function inOrder({ name, generateName, namespace, ...rest }: Json): Json {
  const placed = { name, generateName, namespace };
  return { ...Object.fromEntries(Object.entries(placed).filter(([, value]) => value !== undefined)), ...rest };
}

/** The metadata of an object as it came, which may have none yet. */
export function metadataOf(object: Json): Json {
  if (!isObject(object.metadata)) object.metadata = {};
  return object.metadata as Json;
}

/** An object is where its path says; 400 when it says something else. */
export function placeInNamespace({ info }: RequestContext, scope: KindDefinition["scope"], metadata: Json): void {
  if (scope === "Cluster") {
    delete metadata.namespace;
    return;
  }
  metadata.namespace ||= info.namespace;
  requireNamespace(metadata, info.namespace);
}
