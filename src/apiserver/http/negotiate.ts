import { own } from "../../base/index.ts";
import { notAcceptable, StatusError, statusError } from "../../api/index.ts";
import { type ApiRequest, OBJECT_MEDIA_TYPE } from "../../net/message.ts";

/** How an answer is written. */
export interface Format {
  readonly encoding: "json" | "yaml" | "protobuf" | "object";
  /** What is sent: the object, or a view of it. */
  readonly as: "object" | "table" | "metadata" | "metadataList";
  /** apiVersion of a view; the newest unless an older one is asked for. */
  readonly viewVersion?: string;
  readonly pretty: boolean;
}

interface Accepted {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
  /** What the type stands for, in the order in which it is tried. */
  readonly encodings: readonly Format["encoding"][];
  /** Something else than the object is asked for. */
  readonly isView: boolean;
}

const VIEWS: Readonly<Record<string, Format["as"]>> = {
  Table: "table",
  PartialObjectMetadata: "metadata",
  PartialObjectMetadataList: "metadataList",
};

/** What a path can be asked for; says which text a 406 lists. */
export interface Offer {
  /** The path can be watched, which a 406 tells. */
  readonly streams?: boolean;
  /** Views make sense (objects and lists, not discovery). */
  readonly views: boolean;
  /** Nothing says how to print what is answered. */
  readonly noTables?: boolean;
  /** The objects themselves have no protobuf form; views of them do. */
  readonly noProtobuf?: boolean;
  /** JSON is all there is. */
  readonly jsonOnly?: boolean;
  /** What else there is than the usual types. */
  readonly types?: readonly string[];
  /** Nobody looks at what a client takes before it is chosen from, as the original's router does for most paths. */
  readonly unrouted?: boolean;
}

const OBJECTS_FIRST = `${OBJECT_MEDIA_TYPE},`;
const OBJECTS: Format = { encoding: "object", as: "object", pretty: false };

const ENCODINGS: readonly (readonly [string, Format["encoding"]])[] = [
  [OBJECT_MEDIA_TYPE, "object"],
  ["application/json", "json"],
  ["application/yaml", "yaml"],
  ["application/vnd.kubernetes.protobuf", "protobuf"],
];
const TYPES = ENCODINGS.slice(1).map(([type]) => type);
const STREAM_TYPES = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

/** Chooses the first format that the client takes and the server can make; 406 when there is none. */
export function negotiate(accept: string | undefined, offer: Offer, pretty: boolean): Format {
  // What nearly all callers in this process ask for; no need to read the rest.
  if (accept?.startsWith(OBJECTS_FIRST)) return OBJECTS;
  if (!offer.unrouted && !offer.noProtobuf) refuseUnwritable(accept, offer);
  if (!accept) return { encoding: "json", as: "object", pretty };
  for (const accepted of readAccept(accept).clauses) {
    if (offer.jsonOnly)
      return { encoding: accepted.type === OBJECT_MEDIA_TYPE ? "object" : "json", as: "object", pretty };
    for (const encoding of accepted.encodings) {
      const format = formatOf(encoding, accepted, { offer, pretty });
      if (format) return format;
    }
  }
  throw notAcceptable(TYPES);
}

/** 406 for who names no type that something is written in: the original's router only looks at the types' names. */
export function refuseUnwritable(
  accept: string | undefined,
  offer: Pick<Offer, "streams" | "jsonOnly" | "types">,
): void {
  const types = offer.types ?? (offer.jsonOnly ? ["application/json"] : TYPES);
  const { names } = readAccept(accept || "*/*");
  if (names.some((name) => name === "*/*" || name === OBJECT_MEDIA_TYPE || types.includes(name))) return;
  const all = offer.streams ? [...types, ...STREAM_TYPES] : types;
  throw statusError({
    code: 406,
    reason: "NotAcceptable",
    message: `406: Not Acceptable\n\nAvailable representations: ${all.join(", ")}`,
    details: {},
  });
}

interface Asked {
  readonly offer: Offer;
  readonly pretty: boolean;
}

function formatOf(
  encoding: Format["encoding"],
  { parameters, isView }: Accepted,
  { offer: { views, noTables, noProtobuf }, pretty }: Asked,
): Format | undefined {
  const serverVersion = parameters.get("sv");
  if (serverVersion !== undefined && !(views && serverVersion === "v1")) return undefined;
  if (!mayStream(encoding, parameters)) return undefined;
  const isPrettier = pretty || parameters.get("pretty") === "1";
  if (!isView)
    return encoding === "protobuf" && noProtobuf ? undefined : { encoding, as: "object", pretty: isPrettier };
  const view = own(VIEWS, parameters.get("as") ?? "");
  if (
    !views ||
    view === undefined ||
    // Tables are JSON or YAML.
    (view === "table" && (noTables || encoding === "protobuf" || encoding === "object")) ||
    parameters.get("g") !== "meta.k8s.io" ||
    !["v1", "v1beta1"].includes(parameters.get("v") ?? "")
  )
    return undefined;
  return { encoding, as: view, viewVersion: `meta.k8s.io/${parameters.get("v")}`, pretty: isPrettier };
}

/** How clients ask for all of discovery at once. */
export const AGGREGATED = { group: "apidiscovery.k8s.io", version: "v2", kind: "APIGroupDiscoveryList" } as const;

/** How aggregated discovery is written. */
export interface AggregatedForm {
  readonly encoding: Format["encoding"];
  readonly pretty: boolean;
}

/** The first form of aggregated discovery that a client takes, whatever else it takes; undefined when it takes none. */
export function aggregatedForm(accept: string | undefined): AggregatedForm | undefined {
  const chosen = chosenType(accept ?? "", [...TYPES, OBJECT_MEDIA_TYPE], (type, parameters) => {
    const [group, version, kind] = ["g", "v", "as"].map((name) => parameters.get(name));
    const isAsked = group === AGGREGATED.group && version === AGGREGATED.version && kind === AGGREGATED.kind;
    return isAsked && mayStream(encodingOf(type), parameters);
  });
  if (!chosen) return undefined;
  const { type, parameters } = chosen;
  return { encoding: encodingOf(type), pretty: parameters.get("pretty") === "1" };
}

const encodingOf = (type: string) => ENCODINGS.find(([one]) => one === type)![1];

/** Whether a stream, where one is asked for, is one that there is: of events, and not in YAML. */
function mayStream(encoding: Format["encoding"], parameters: ReadonlyMap<string, string>): boolean {
  const stream = parameters.get("stream");
  return stream === undefined || (stream === "watch" && encoding !== "yaml");
}

/** A type that a client takes, with what it asks of it. */
export interface ChosenType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The first of `types` that a client takes and that `isOffered` with what it asks of it. */
export function chosenType(
  accept: string,
  types: readonly string[],
  isOffered: (type: string, parameters: ReadonlyMap<string, string>) => boolean,
): ChosenType | undefined {
  for (const { type: asked, parameters } of readAccept(accept).clauses) {
    if (parameters.has("sv")) continue;
    const type = types.find((one) => isMeant(asked, one) && isOffered(one, parameters));
    if (type !== undefined) return { type, parameters };
  }
  return undefined;
}

/** Whether a type is one that a client names, or of those that it names together. */
export const isMeant = (asked: string, type: string) =>
  asked === type || asked === "*/*" || asked === `${type.slice(0, type.indexOf("/"))}/*`;

/** The types that a client takes, best first. */
export function acceptedTypes(accept: string): readonly string[] {
  return readAccept(accept).clauses.map(({ type }) => (type === OBJECT_MEDIA_TYPE ? "application/json" : type));
}

const ESCAPINGS = ["underscores", "allow-utf-8", "dots", "values"];

/** How who reads metrics wants names to be written: as the best clause says that does, up to one that is the form there is. */
export function escapingOf(accept = ""): string {
  let escaping = "underscores";
  for (const { type, parameters } of readAccept(accept).clauses) {
    const asked = parameters.get("escaping") ?? "";
    if (ESCAPINGS.includes(asked)) escaping = asked;
    if (type === "text/plain" && ["", "0.0.4"].includes(parameters.get("version") ?? "")) break;
  }
  return escaping;
}

/** Whether JSON is to be indented: as the query says, and otherwise for people. */
export function wantsPretty(request: ApiRequest, query: URLSearchParams): boolean {
  const asked = query.get("pretty");
  if (asked !== null && asked !== "") return ["1", "t", "T", "true", "TRUE", "True"].includes(asked);
  return /^(?:curl|Wget|Mozilla\/5\.0)/.test(request.headers["user-agent"] ?? "");
}

function encodingsOf(type: string): readonly Format["encoding"][] {
  if (type === OBJECT_MEDIA_TYPE) return ["object"];
  return ENCODINGS.slice(1).flatMap(([one, encoding]) => (isMeant(type, one) ? [encoding] : []));
}

/** Chooses the format of a stream of events; 406 when the client first takes one that can be none. */
export function negotiateStream(accept: string | undefined, offer: Offer, pretty: boolean): Format {
  try {
    const format = negotiate(accept, { ...offer, unrouted: true }, pretty);
    if (format.encoding !== "yaml") return format;
  } catch (cause) {
    if (!(cause instanceof StatusError)) throw cause;
  }
  throw notAcceptable(STREAM_TYPES);
}

const CLAUSES_MAX = 50;
/** Clients have few ways to ask, and ask again and again. */
const REMEMBERED_MAX = 64;
const REMEMBERED_LENGTH_MAX = 512;

interface AcceptHeader {
  /** What each clause names, in their order. */
  readonly names: readonly string[];
  /** The clauses, best first. */
  readonly clauses: readonly Accepted[];
}

const remembered = new Map<string, AcceptHeader>();

function readAccept(header: string): AcceptHeader {
  const known = remembered.get(header);
  if (known) return known;
  const names = header.split(",").map((clause) => clause.split(";", 1)[0]!.trim());
  const read = { names, clauses: parseAccept(header) };
  if (header.length > REMEMBERED_LENGTH_MAX) return read;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(header, read);
  return read;
}

/** Clauses of an Accept header, best first, as the original sorts them: what names its type goes before what doesn't. */
function parseAccept(header: string): Accepted[] {
  const sorted: Accepted[] = [];
  for (const clause of header.split(",").slice(0, CLAUSES_MAX)) {
    const accepted = parseClause(clause);
    if (!accepted) continue;
    let at = sorted.length;
    while (at > 0 && goesBefore(accepted, sorted[at - 1]!)) at--;
    sorted.splice(at, 0, accepted);
  }
  return sorted;
}

function goesBefore(one: Accepted, other: Accepted): boolean {
  if (one.quality > other.quality) return true;
  if (!one.type.startsWith("*/") && other.type.startsWith("*/")) return true;
  return !one.type.endsWith("/*") && other.type.endsWith("/*");
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** One clause; undefined for what names no type. */
function parseClause(clause: string): Accepted | undefined {
  const [name = "", ...rest] = clause.trim().split(";");
  const parts = name.split("/").map((part) => part.trim());
  const type = name.trim() === "*" ? "*/*" : parts.join("/");
  if (type === "" || type.split("/").length !== 2 || parts[1] === "") return undefined;
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const parameter of rest) {
    const [key = "", value = "", ...more] = parameter.split("=");
    if (value === "" || more.length > 0) continue;
    if (key.trim() === "q") quality = NUMBER.test(value) ? Number(value) : 0;
    else parameters.set(key.trim(), value.trim());
  }
  const isView = ["as", "g", "v"].some((one) => parameters.has(one));
  return { type, parameters, quality, encodings: encodingsOf(type), isView };
}

/** The media type that a format is announced as. */
export function contentType({ encoding }: Format, watch: boolean): string {
  const stream = watch ? ";stream=watch" : "";
  switch (encoding) {
    case "json":
    case "object":
      return "application/json";
    case "yaml":
      return "application/yaml";
    case "protobuf":
      return `application/vnd.kubernetes.protobuf${stream}`;
  }
}
