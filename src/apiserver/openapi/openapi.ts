import { apiDocs, type KindDefinition } from "../../api/index.ts";
import type { ApiRequest, ApiResponse } from "../../net/message.ts";
import { goJson } from "../../schema/index.ts";
import type { Aggregator } from "../aggregation/aggregator.ts";
import type { SubresourceHandler } from "../contracts.ts";
import { acceptedTypes, isMeant } from "../http/negotiate.ts";
import { neverPacked, packedWhere } from "../http/compress.ts";
import { respondBytes } from "../http/respond.ts";
import { type Document, Documents, hashOf, packed, versionTwo } from "./documents.ts";
import { OPENAPI_PROTOBUF, protoDocument } from "./proto-document.ts";
import type { Describe } from "./schemas.ts";

/**
 * Describes all that is served, in many documents (v3) or in one (v2); each is made when first asked for. Documents of
 * what other servers serve are theirs, and are in the list of v3 only.
 */
export function openApiHandlers(
  kinds: () => readonly KindDefinition[],
  aggregator: Pick<Aggregator, "aggregation" | "serviceAt" | "relay">,
): [string, SubresourceHandler][] {
  const all = documentsOf(kinds);
  return [
    ["/openapi/v2", async ({ request }) => respondVersionTwo(request, (await all()).two)],
    [
      "/openapi/v3",
      async () => {
        const { documents } = await all();
        const urls = documents
          .names()
          .map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${documents.get(name)!.hash}` }]);
        const others = aggregator.aggregation.versions.flatMap(({ documents = [] }) =>
          [...documents].map(([name, url]) => [name, { serverRelativeURL: url }] as const),
        );
        const paths = Object.fromEntries([...urls, ...others].sort(([a], [b]) => (a! < b! ? -1 : 1)));
        return respondBytes(200, Buffer.from(goJson({ paths })), "text/plain; charset=utf-8");
      },
    ],
    [
      "/openapi/v3/",
      async (context) => {
        const { info, request, query } = context;
        const name = info.path.slice("/openapi/v3/".length);
        const other = aggregator.serviceAt(`/${name}`);
        if (other) return aggregator.relay(other, context);
        const document = (await all()).documents.get(name);
        if (!document) return { status: 404, headers: UNCACHED, body: { type: "none" } };
        return respondHashed({ request, document, hash: query.get("hash"), path: info.path });
      },
    ],
  ];
}

/** The documents, once somebody asks: nobody else pays for what they say in words. */
function documentsOf(kinds: () => readonly KindDefinition[]) {
  const made = async () => {
    const { structDoc } = await apiDocs();
    return { documents: new Documents(kinds, structDoc), two: versionTwoDocuments(kinds, structDoc) };
  };
  let all: ReturnType<typeof made> | undefined;
  return () => (all ??= made());
}

const UNCACHED = { "cache-control": "no-cache, private" };

interface Hashed {
  readonly request: ApiRequest;
  readonly document: Document;
  readonly hash: string | null;
  readonly path: string;
}

/** A document whose address names its content may be kept for ever; an address with another content leads to the new one. */
function respondHashed({ request, document, hash, path }: Hashed): ApiResponse {
  if (hash && hash !== document.hash)
    return { status: 301, headers: { ...UNCACHED, location: `${path}?hash=${document.hash}` }, body: { type: "none" } };
  const caching: Readonly<Record<string, string>> = hash
    ? { "cache-control": "public, immutable", expires: new Date(FAR_FUTURE_MS).toUTCString() }
    : UNCACHED;
  return neverPacked(withTag(request, { ...document, type: "application/json", headers: caching }));
}

const FAR_FUTURE_MS = Date.UTC(2099, 0, 1);

interface Tagged extends Document {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
}

function withTag(request: ApiRequest, { bytes, hash, type, headers }: Tagged): ApiResponse {
  const etag = `"${hash}"`;
  const all = { etag, vary: "Accept", ...headers };
  if (request.headers["if-none-match"] === etag) return { status: 304, headers: all, body: { type: "none" } };
  const response = respondBytes(200, bytes, type);
  return { ...response, headers: { ...response.headers, ...all } };
}

interface VersionTwo {
  readonly json: () => Document;
  readonly protobuf: () => Document;
}

function versionTwoDocuments(kinds: () => readonly KindDefinition[], describe: Describe): VersionTwo {
  let made: { of: readonly KindDefinition[]; json?: Document; protobuf?: Document } | undefined;
  const current = () => {
    const of = kinds();
    if (made?.of !== of) made = { of };
    return made;
  };
  return {
    json: () => (current().json ??= packed(versionTwo(kinds(), describe))),
    protobuf: () => {
      const one = current();
      if (!one.protobuf) {
        const bytes = protoDocument(versionTwo(kinds(), describe));
        one.protobuf = { bytes, hash: hashOf(bytes) };
      }
      return one.protobuf;
    },
  };
}

/** Version 2 alone is told to differ by how it is packed. */
const COMPRESSIBLE = { vary: "Accept-Encoding, Accept" };
const JSON_TYPE = "application/json";
/** The form in protobuf goes by two names. */
const TYPES = [JSON_TYPE, OPENAPI_PROTOBUF.replace(".v1.0", "@v1.0"), OPENAPI_PROTOBUF];

/** In the first type that a client takes, whatever else it asks of it; 406 without a word where there is none. */
async function respondVersionTwo(request: ApiRequest, documents: VersionTwo): Promise<ApiResponse> {
  const names = acceptedTypes(request.headers.accept || "*/*");
  const [type] = names.flatMap((name) => TYPES.filter((one) => isMeant(name, one)));
  if (type === undefined) return { status: 406, headers: { ...UNCACHED, ...COMPRESSIBLE }, body: { type: "none" } };
  const isJson = type === JSON_TYPE;
  const document = isJson ? documents.json() : documents.protobuf();
  const tagged = { ...document, type: isJson ? JSON_TYPE : OPENAPI_PROTOBUF, headers: COMPRESSIBLE };
  return packedWhere(request, withTag(request, tagged), takesPacked);
}

/** Whether packing is wanted at all. */
function takesPacked(accepted: ReadonlyMap<string, number>): boolean {
  return [...accepted].some(([name, quality]) => name.toLowerCase() === "gzip" && quality > 0);
}
