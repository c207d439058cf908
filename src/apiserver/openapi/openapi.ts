import { createHash } from "node:crypto";
import { type KindDefinition, noSuchPath, Scale } from "../../api/index.ts";
import type { SubresourceHandler } from "../contracts.ts";
import { negotiate } from "../http/negotiate.ts";
import { respond, respondBytes } from "../http/respond.ts";
import { VERSION } from "../version.ts";
import { Paths } from "./paths.ts";
import { documentName, Schemas } from "./schemas.ts";

type Json = Record<string, unknown>;

const INFO = { title: "Kubernetes", version: VERSION.gitVersion };
const encoder = new TextEncoder();

interface Document {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

/** Describes all that is served, one document per group version (v3) or one for all (v2); each is made when first asked for. */
export function openApiHandlers(kinds: readonly KindDefinition[]): [string, SubresourceHandler][] {
  const documents = new Map<string, Document>();
  const names = [...new Set(kinds.map(documentName))];
  const document = (name: string) => {
    let one = documents.get(name);
    if (!one) {
      one = packed(versionThree(kinds.filter((kind) => documentName(kind) === name)));
      documents.set(name, one);
    }
    return one;
  };
  let versionTwoDocument: Document | undefined;
  return [
    [
      "/openapi/v2",
      async ({ request }) => {
        negotiate(request.headers.accept, { watch: false, views: false }, false);
        versionTwoDocument ??= packed(versionTwo(kinds));
        return withTag(versionTwoDocument, request.headers["if-none-match"]);
      },
    ],
    [
      "/openapi/v3",
      async () => {
        const urls = names.map((name) => [
          name,
          { serverRelativeURL: `/openapi/v3/${name}?hash=${document(name).hash}` },
        ]);
        return respond(200, { paths: Object.fromEntries(urls) }, { encoding: "json", as: "object", pretty: false });
      },
    ],
    [
      "/openapi/v3/",
      async ({ info, request }) => {
        const name = info.path.slice("/openapi/v3/".length);
        if (!names.includes(name)) throw noSuchPath();
        return withTag(document(name), request.headers["if-none-match"]);
      },
    ],
  ];
}

function withTag({ bytes, hash }: Document, known: string | undefined) {
  const etag = `"${hash}"`;
  if (known === etag) return { status: 304, headers: { etag }, body: { type: "none" } } as const;
  const response = respondBytes(200, bytes, "application/json");
  return { ...response, headers: { ...response.headers, etag, vary: "Accept" } };
}

function packed(document: Json): Document {
  const text = JSON.stringify(document);
  const hash = createHash("sha512").update(text).digest("hex").toUpperCase();
  return { bytes: encoder.encode(text), hash };
}

/** The document of one group version. */
export function versionThree(kinds: readonly KindDefinition[]): Json {
  const schemas = new Schemas("#/components/schemas/");
  const paths = new Paths(schemas);
  const operations = Object.assign({}, ...kinds.map((kind) => paths.of(kind))) as Json;
  markKinds(schemas, kinds);
  return {
    openapi: "3.0.0",
    info: INFO,
    paths: operations,
    components: { schemas: schemas.all(), securitySchemes: SECURITY },
  };
}

const SECURITY = { BearerToken: { type: "apiKey", name: "authorization", in: "header" } };

/** Types only: clients that still read version 2 look up how lists merge and which fields there are. */
function versionTwo(kinds: readonly KindDefinition[]): Json {
  const schemas = new Schemas("#/definitions/");
  markKinds(schemas, kinds);
  return { swagger: "2.0", info: INFO, paths: {}, definitions: schemas.all() };
}

function markKinds(schemas: Schemas, kinds: readonly KindDefinition[]): void {
  for (const kind of kinds) {
    schemas.mark(kind.struct, [kind]);
    if (kind.verbs.includes("list")) schemas.mark(kind.list, [{ ...kind, kind: `${kind.kind}List` }]);
    if (kind.subresources.some(({ name }) => name === "scale"))
      schemas.mark(Scale, [{ group: "autoscaling", version: "v1", kind: "Scale" }]);
  }
}
