import { own } from "../../base/index.ts";
import { createHash } from "node:crypto";
import {
  APIGroup,
  APIGroupList,
  APIResourceList,
  APIVersions,
  DeleteOptions,
  type KindDefinition,
  kinds as allKinds,
  Status,
  WatchEvent,
} from "../../api/index.ts";
import { goJson, type StructNode } from "../../schema/index.ts";
import { REGISTERED } from "./registered.ts";
import { VERSION } from "../introspection/version.ts";
import { VersionInfo } from "./version-info.ts";
import {
  ANSWERS,
  bodyKindsOf,
  discoveryPath,
  type Operation,
  operationsOf,
  type PathOperations,
} from "./operations.ts";
import { pathsThree, pathsTwo } from "./paths.ts";
import { type Describe, documentName, Schemas } from "./schemas.ts";

type Json = Record<string, unknown>;

const INFO = { title: "Kubernetes", version: `${VERSION.major}.${VERSION.minor}` };
/** Of what users define. */
const CUSTOM_INFO = { title: "Kubernetes CRD Swagger", version: "v0.1.0" };
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
  readonly #describe: Describe;
  readonly #made = new Map<string, { readonly of: readonly KindDefinition[]; readonly document: Document }>();

  constructor(kinds: () => readonly KindDefinition[], describe: Describe) {
    this.#kinds = kinds;
    this.#describe = describe;
  }

  /** Names of all: of group versions, of groups, and of what is no resource. */
  names(): string[] {
    const kinds = this.#kinds();
    const groups = kinds.filter(({ group }) => group !== "").map(({ group }) => `apis/${group}`);
    return [...new Set([...Object.keys(SPECIAL), ...groups, ...kinds.map(documentName)])].sort();
  }

  /** undefined when there is none of that name. */
  get(name: string): Document | undefined {
    const special = own(SPECIAL, name);
    const kinds = this.#kinds();
    const of = special ? [] : kinds.filter((kind) => documentName(kind) === name || `apis/${kind.group}` === name);
    if (!special && of.length === 0) return undefined;
    const known = this.#made.get(name);
    if (known && sameElements(known.of, of)) return known.document;
    const document = packed(
      special ? versionThree([], this.#describe, [special]) : ofGroup({ name, kinds: of, describe: this.#describe }),
    );
    this.#made.set(name, { of, document });
    return document;
  }
}

function sameElements(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** A path that is read and is no resource. */
function plainPath(path: string, id: string, of: Pick<Operation, "tag"> & Partial<Operation>): PathOperations {
  const operation = { id, query: [], codes: [200], consumes: [], produces: JSON_ONLY, ...of };
  return { path, pathParameters: [], operations: { get: operation } };
}

const JSON_ONLY = ["application/json"];
const DISCOVERY = { consumes: ANSWERS, produces: ANSWERS };

const SPECIAL: Readonly<Record<string, PathOperations>> = {
  ".well-known/openid-configuration": plainPath(
    "/.well-known/openid-configuration/",
    "getServiceAccountIssuerOpenIDConfiguration",
    { tag: "WellKnown" },
  ),
  api: plainPath("/api/", "getCoreAPIVersions", { ...DISCOVERY, tag: "core", answer: APIVersions }),
  apis: plainPath("/apis/", "getAPIVersions", { ...DISCOVERY, tag: "apis", answer: APIGroupList }),
  "openid/v1/jwks": plainPath("/openid/v1/jwks/", "getServiceAccountIssuerOpenIDKeyset", {
    tag: "openid",
    produces: ["application/jwk-set+json"],
  }),
  version: plainPath("/version/", "getCodeVersion", { tag: "version", consumes: JSON_ONLY, answer: VersionInfo }),
};

/** How a group is discovered. */
function groupPath(group: string): PathOperations {
  const { id, tag } = discoveryPath(group);
  return plainPath(`/apis/${group}/`, `${id}APIGroup`, { ...DISCOVERY, tag, answer: APIGroup });
}

/** How a group version is discovered. */
function versionPath(kind: KindDefinition): PathOperations {
  const { id, tag } = discoveryPath(kind.group, kind.version);
  return plainPath(`/${documentName(kind)}/`, `${id}APIResources`, { ...DISCOVERY, tag, answer: APIResourceList });
}

interface Part {
  readonly name: string;
  readonly kinds: readonly KindDefinition[];
  readonly describe: Describe;
}

/** The document of a group, or of one of its versions. */
function ofGroup({ name, kinds, describe }: Part): Json {
  const [kind] = kinds as [KindDefinition];
  if (name === `apis/${kind.group}`) return versionThree([], describe, [groupPath(kind.group)]);
  return versionThree(kinds, describe, [versionPath(kind)]);
}

/** The document of some kinds and other paths. */
export function versionThree(
  kinds: readonly KindDefinition[],
  describe: Describe,
  plain: readonly PathOperations[] = [],
): Json {
  const schemas = new Schemas("#/components/schemas/", describe);
  const paths = pathsThree(schemas, [...plain, ...kinds.flatMap(operationsOf)]);
  markKinds(schemas, kinds, plain.length > 0 ? kinds.slice(0, 1) : undefined);
  const all = schemas.all();
  return {
    openapi: "3.0.0",
    info: kinds.some(({ custom }) => custom) ? CUSTOM_INFO : INFO,
    paths,
    components: { ...(Object.keys(all).length > 0 && { schemas: all }), securitySchemes: SECURITY },
  };
}

/** All in one, for clients and generators that still read version 2. */
export function versionTwo(kinds: readonly KindDefinition[], describe: Describe): Json {
  const schemas = new Schemas("#/definitions/", describe);
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== "");
  const versions = new Map(kinds.map((kind) => [documentName(kind), kind]));
  const paths = pathsTwo(schemas, [
    ...Object.values(SPECIAL),
    ...groups.map(groupPath),
    ...[...versions.values()].map(versionPath),
    ...kinds.flatMap(operationsOf),
  ]);
  markKinds(schemas, kinds, REGISTERED);
  return {
    swagger: "2.0",
    info: INFO,
    paths,
    definitions: schemas.all(),
    securityDefinitions: SECURITY,
    security: [{ BearerToken: [] }],
  };
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

type GroupVersion = Pick<KindDefinition, "group" | "version">;

/**
 * Says of every schema that a kind has which kind that is. `versions` are those that the kinds of all groups have in a
 * document; undefined where they are told of in none.
 */
function markKinds(
  schemas: Schemas,
  kinds: readonly KindDefinition[],
  versions: readonly GroupVersion[] | undefined,
): void {
  for (const { struct, gvk } of kinds.flatMap(bodyKindsOf)) schemas.mark(struct, [gvk]);
  if (!versions) return;
  const maybeMark = (struct: StructNode, marks: Parameters<Schemas["mark"]>[1]) => {
    if (schemas.has(struct) && !schemas.isMarked(struct)) schemas.mark(struct, marks);
  };
  // Kinds of other groups that something here has a part of.
  for (const { struct, group, version, kind } of allKinds) maybeMark(struct, [{ group, version, kind }]);
  for (const [kind, struct] of OF_CORE) maybeMark(struct, [{ ...CORE, kind }]);
  for (const [kind, struct] of OF_ALL) {
    const others = versions.filter(({ group }) => group !== "");
    maybeMark(
      struct,
      [CORE, ...others].map(({ group, version }) => ({ group, version, kind })),
    );
  }
}

const CORE: GroupVersion = { group: "", version: "v1" };
/** Kinds of no group's own: those that are only told of, and those that every group has. */
const OF_CORE: readonly (readonly [string, StructNode])[] = [
  ["APIGroup", APIGroup],
  ["APIGroupList", APIGroupList],
  ["APIResourceList", APIResourceList],
  ["APIVersions", APIVersions],
  ["Status", Status],
];
const OF_ALL: readonly (readonly [string, StructNode])[] = [
  ["DeleteOptions", DeleteOptions],
  ["WatchEvent", WatchEvent as StructNode],
];
