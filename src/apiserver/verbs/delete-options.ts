import { badRequest, DeleteOptions as DeleteOptionsType } from "../../api/index.ts";
import { own } from "../../base/index.ts";
import { DecodeError, decodeJson, decodeProto, openProtoEnvelope } from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import { BodyError, readBody } from "../http/body.ts";
import { versionSaid } from "../http/foreign.ts";
import { DECODING, type Json, sayingItsType } from "../http/object.ts";
import type { DeleteOptions } from "../registry/delete.ts";
import { isTrue, queryInteger } from "../http/request-info.ts";

const OPTIONS_KIND = "DeleteOptions";

/** How something is to be deleted: what the body says, and only where there is none the query; 400 for what can't be read. */
export async function deleteOptions(context: RequestContext): Promise<DeleteOptions> {
  return (await bodyOptions(context)) ?? queryOptions(context.query);
}

/** Undefined without a body. What it says of dry runs takes the place of what the query says. */
async function bodyOptions(context: RequestContext): Promise<DeleteOptions | undefined> {
  const body = await readBody(context, fromProto).catch((error) => {
    throw error instanceof BodyError ? badRequest(error.message, { cause: error }) : error;
  });
  if (!body) return undefined;
  const given = sayingItsType(body.value ?? {}, badRequest);
  const { kind, apiVersion } = given;
  if (kind && kind !== OPTIONS_KIND) throw noOptions(String(kind), String(apiVersion || "meta.k8s.io/v1"));
  const options = readOptions(given);
  context.audited?.sentAs(() => ({ ...options, kind: OPTIONS_KIND, apiVersion: "meta.k8s.io/__internal" }));
  const { query } = context;
  query.delete("dryRun");
  for (const one of options.dryRun ?? []) query.append("dryRun", one);
  return options;
}

/** What says nothing of a version, in whatever version it says that it is. */
const UNVERSIONED = new Set(
  "APIGroup APIGroupList APIResourceList APIVersions CreateOptions Status UpdateOptions".split(" "),
);
const VIEWS = "PartialObjectMetadata PartialObjectMetadataList Table TableOptions".split(" ");
/** What else the reader of options knows, by version. */
const VERSIONED: Readonly<Record<string, ReadonlySet<string>>> = {
  "meta.k8s.io/v1": new Set([...VIEWS, "GetOptions", "ListOptions", "PatchOptions", "WatchEvent"]),
  "meta.k8s.io/v1beta1": new Set(VIEWS),
};

/** 400: it is something else. */
function noOptions(kind: string, apiVersion: string): Error {
  if (!UNVERSIONED.has(kind) && !own(VERSIONED, apiVersion)?.has(kind))
    return badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  const isOld = apiVersion === "meta.k8s.io/v1beta1" && kind === "PartialObjectMetadataList";
  return badRequest(`converting (${isOld ? "v1beta1" : "v1"}.${kind}) to (v1.DeleteOptions): unknown conversion`);
}

/** What isn't such options has no fields here: it is refused for what it says that it is. */
function fromProto(bytes: Uint8Array): Json {
  const { kind, apiVersion, raw } = openProtoEnvelope(bytes);
  const isOptions = kind === "" || kind === OPTIONS_KIND;
  const version = versionSaid(apiVersion);
  return {
    ...(kind && { kind }),
    ...(version && { apiVersion: version }),
    ...(isOptions && decodeProto(DeleteOptionsType, raw)),
  };
}

function readOptions(given: Json): DeleteOptions & { readonly dryRun?: readonly string[] } {
  try {
    return decodeJson(DeleteOptionsType, given, DECODING).value;
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(error.message, { cause: error }) : error;
  }
}

/** What is given is told from what isn't, even where it is empty. */
function queryOptions(query: URLSearchParams): DeleteOptions {
  const gracePeriodSeconds = queryInteger(query, "gracePeriodSeconds");
  const propagationPolicy = query.get("propagationPolicy") ?? undefined;
  const orphan = query.get("orphanDependents");
  const [uid, resourceVersion] = ["uid", "resourceVersion"].map((name) => query.get(name));
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
    ...(orphan !== null && { orphanDependents: isTrue(orphan) }),
    ...((uid || resourceVersion) && {
      preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    }),
  };
}
