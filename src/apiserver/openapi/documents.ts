import { createHash } from "node:crypto";
import {
  APIGroup,
  APIGroupList,
  APIResourceList,
  APIVersions,
  groupVersion,
  type KindDefinition,
  Scale,
  listKindOf,
} from "../../api/index.ts";
import { goJson, type StructNode } from "../../schema/index.ts";
import { VERSION } from "../version.ts";
import { discoveryPath, Paths } from "./paths.ts";
import { documentName, Schemas } from "./schemas.ts";

type Json = Record<string, unknown>;

const INFO = { title: "Kubernetes", version: VERSION.gitVersion };
const SECURITY = { BearerToken: { type: "apiKey", name: "authorization", in: "header" } };
const encoder = new TextEncoder();

/** A document ready to be sent. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

/** The documents of version 3, each made when it is first asked for and again when its kinds are others. */
export class Documents {
  readonly #kinds: () => readonly KindDefinition[];
  readonly #made = new Map<string, { readonly of: readonly KindDefinition[]; readonly document: Document }>();

  constructor(kinds: () => readonly KindDefinition[]) {
    this.#kinds = kinds;
  }

  /** Names of all: of group versions, of groups, and of what is no resource. */
  names(): string[] {
    const kinds = this.#kinds();
    const groups = kinds.filter(({ group }) => group !== "").map(({ group }) => `apis/${group}`);
    return [...new Set([...Object.keys(SPECIAL), ...groups, ...kinds.map(documentName)])].sort();
  }

  /** undefined when there is none of that name. */
  get(name: string): Document | undefined {
    const special = SPECIAL[name];
    const kinds = this.#kinds();
    const of = special ? [] : kinds.filter((kind) => documentName(kind) === name || `apis/${kind.group}` === name);
    if (!special && of.length === 0) return undefined;
    const known = this.#made.get(name);
    if (known && sameElements(known.of, of)) return known.document;
    const document = packed(special ? versionThree([], [special]) : describe(name, of));
    this.#made.set(name, { of, document });
    return document;
  }
}

function sameElements(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** A path that is no resource. */
interface PlainPath {
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly answer?: StructNode;
  readonly types?: readonly string[];
}

const JSON_ONLY = ["application/json"];

const SPECIAL: Readonly<Record<string, PlainPath>> = {
  ".well-known/openid-configuration": {
    path: "/.well-known/openid-configuration/",
    id: "getServiceAccountIssuerOpenIDConfiguration",
    tag: "WellKnown",
    types: JSON_ONLY,
  },
  api: { path: "/api/", id: "getCoreAPIVersions", tag: "core", answer: APIVersions },
  apis: { path: "/apis/", id: "getAPIVersions", tag: "apis", answer: APIGroupList },
  "openid/v1/jwks": {
    path: "/openid/v1/jwks/",
    id: "getServiceAccountIssuerOpenIDKeyset",
    tag: "openid",
    types: ["application/jwk-set+json"],
  },
  version: { path: "/version/", id: "getCodeVersion", tag: "version", types: JSON_ONLY },
};

function describe(name: string, kinds: readonly KindDefinition[]): Json {
  const [{ group, version }] = kinds as [KindDefinition];
  if (name === `apis/${group}`) {
    const { id, tag } = discoveryPath(group);
    return versionThree([], [{ path: `/${name}/`, id: `${id}APIGroup`, tag, answer: APIGroup }]);
  }
  const { id, tag } = discoveryPath(group, version);
  const own = { path: `/${name}/`, id: `${id}APIResources`, tag, answer: APIResourceList };
  return versionThree(kinds, [own]);
}

/** The document of some kinds and other paths. */
export function versionThree(kinds: readonly KindDefinition[], plain: readonly PlainPath[] = []): Json {
  const schemas = new Schemas("#/components/schemas/");
  const paths = new Paths(schemas);
  const operations = Object.assign(
    {},
    ...plain.map((one) => ({ [one.path]: paths.plain(one) })),
    ...kinds.map((kind) => paths.of(kind)),
  ) as Json;
  markKinds(schemas, kinds);
  return {
    openapi: "3.0.0",
    info: INFO,
    paths: operations,
    components: { schemas: schemas.all(), securitySchemes: SECURITY },
  };
}

/** Types only: clients that still read version 2 look up how lists merge and which fields there are. */
export function versionTwo(kinds: readonly KindDefinition[]): Json {
  const schemas = new Schemas("#/definitions/");
  markKinds(schemas, kinds);
  return { swagger: "2.0", info: INFO, paths: {}, definitions: schemas.all() };
}

/** A document as bytes, with its hash. */
export function packed(document: Json): Document {
  const bytes = encoder.encode(goJson(document));
  return { bytes, hash: hashOf(bytes) };
}

/** What names a document's content in URLs and entity tags. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha512").update(bytes).digest("hex").toUpperCase();
}

function markKinds(schemas: Schemas, kinds: readonly KindDefinition[]): void {
  for (const kind of kinds) {
    schemas.mark(kind.struct, [kind]);
    if (kind.verbs.includes("list")) schemas.mark(kind.list, [{ ...kind, kind: listKindOf(kind) }]);
    if (kind.subresources.some(({ name }) => name === "scale"))
      schemas.mark(Scale, [{ group: "autoscaling", version: "v1", kind: "Scale" }]);
  }
}
