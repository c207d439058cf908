import { own } from "../../base/index.ts";
import { notAcceptable, statusError } from "../../api/index.ts";
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
}

const VIEWS: Readonly<Record<string, Format["as"]>> = {
  Table: "table",
  PartialObjectMetadata: "metadata",
  PartialObjectMetadataList: "metadataList",
};

/** What a path can be asked for; says which text a 406 lists. */
export interface Offer {
  /** A stream of events is what is asked for. */
  readonly watch: boolean;
  /** The path can be watched, which a 406 tells. */
  readonly streams?: boolean;
  /** Views make sense (objects and lists, not discovery). */
  readonly views: boolean;
  /** The objects themselves have no protobuf form; views of them do. */
  readonly noProtobuf?: boolean;
  /** JSON is all there is. */
  readonly jsonOnly?: boolean;
}

const OBJECTS_FIRST = `${OBJECT_MEDIA_TYPE},`;
const OBJECTS: Format = { encoding: "object", as: "object", pretty: false };

/** Chooses the first format that the client takes and the server can make; 406 when there is none. */
export function negotiate(accept: string | undefined, offer: Offer, pretty: boolean): Format {
  // What nearly all callers in this process ask for; no need to read the rest.
  if (accept?.startsWith(OBJECTS_FIRST)) return OBJECTS;
  let known = false;
  for (const accepted of parseAccept(accept || "*/*")) {
    const encoding = encodingOf(accepted.type);
    known ||= encoding !== undefined && (asksForView(accepted) || encoding === "protobuf");
    const format = formatOf(accepted, offer, pretty);
    if (format) return format;
  }
  throw known && offer.views ? noSuchView() : notInOffer(offer);
}

/** Whether objects have an encoding that a client takes, whatever the view that it asks for. */
export function takesAnyEncoding(accept: string | undefined): boolean {
  return parseAccept(accept || "*/*").some(({ type }) => encodingOf(type) !== undefined);
}

function formatOf(
  { type, parameters }: Accepted,
  { views, watch, noProtobuf, jsonOnly }: Offer,
  pretty: boolean,
): Format | undefined {
  const encoding = encodingOf(type);
  if (encoding === undefined || (watch && encoding === "yaml") || (jsonOnly && encoding !== "json")) return undefined;
  const stream = parameters.get("stream");
  if (stream !== undefined && !(stream === "watch" && encoding !== "yaml")) return undefined;
  const view = own(VIEWS, parameters.get("as") ?? "");
  const isObject = !asksForView({ parameters });
  if (isObject && encoding === "protobuf" && noProtobuf) return undefined;
  if (isObject) return { encoding, as: "object", pretty: pretty || isPretty(parameters) };
  if (
    !views ||
    view === undefined ||
    // Tables are JSON or YAML.
    (view === "table" && (encoding === "protobuf" || encoding === "object")) ||
    parameters.get("g") !== "meta.k8s.io" ||
    !["v1", "v1beta1"].includes(parameters.get("v") ?? "")
  )
    return undefined;
  const viewVersion = `meta.k8s.io/${parameters.get("v")}`;
  return { encoding, as: view, viewVersion, pretty: pretty || isPretty(parameters) };
}

function asksForView({ parameters }: Pick<Accepted, "parameters">): boolean {
  return ["as", "g", "v"].some((name) => parameters.has(name));
}

function isPretty(parameters: ReadonlyMap<string, string>): boolean {
  return parameters.get("pretty") === "1";
}

/** Whether JSON is to be indented: as the query says, and otherwise for people. */
export function wantsPretty(request: ApiRequest, query: URLSearchParams): boolean {
  const asked = query.get("pretty");
  if (asked !== null && asked !== "") return ["1", "t", "T", "true", "TRUE", "True"].includes(asked);
  return /^(?:curl|Wget|Mozilla\/5\.0)/.test(request.headers["user-agent"] ?? "");
}

function encodingOf(type: string): Format["encoding"] | undefined {
  switch (type) {
    case "application/json":
    case "*/*":
      return "json";
    case "application/yaml":
      return "yaml";
    case "application/vnd.kubernetes.protobuf":
      return "protobuf";
    case OBJECT_MEDIA_TYPE:
      return "object";
    default:
      return undefined;
  }
}

function notInOffer({ watch, streams, jsonOnly, noProtobuf }: Offer): Error {
  const types = jsonOnly
    ? ["application/json"]
    : ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
  if (noProtobuf && !watch && !streams) return notAcceptable(types);
  const all = watch || streams ? [...types, ...STREAM_TYPES] : types;
  return statusError({
    code: 406,
    reason: "NotAcceptable",
    message: `406: Not Acceptable\n\nAvailable representations: ${all.join(", ")}`,
    details: {},
  });
}

/** The encoding would do, the view that is asked for doesn't exist. */
function noSuchView(): Error {
  return onlyThese(["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]);
}

/** 406 when an object, which nobody makes views of, can't be written as the client wants it. */
export function mustTakeObject(accept: string | undefined): void {
  const takes = takesAnyEncoding(accept);
  try {
    negotiate(accept, { watch: false, views: false }, false);
  } catch (error) {
    throw takes ? noSuchView() : error;
  }
}

/** Chooses the format of a stream of events; 406 when the client takes none that can be one. */
export function negotiateStream(accept: string | undefined, offer: Omit<Offer, "watch">, pretty: boolean): Format {
  try {
    return negotiate(accept, { ...offer, watch: true }, pretty);
  } catch {
    throw onlyThese(STREAM_TYPES);
  }
}

const STREAM_TYPES = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

function onlyThese(types: readonly string[]): Error {
  const message = `only the following media types are accepted: ${types.join(", ")}`;
  return statusError({ code: 406, reason: "NotAcceptable", message });
}

const CLAUSES_MAX = 50;

/** Clauses of an Accept header, best first. */
function parseAccept(header: string): Accepted[] {
  const clauses = header.split(",").slice(0, CLAUSES_MAX).map(parseClause);
  return clauses.sort((a, b) => b.quality - a.quality);
}

function parseClause(clause: string): Accepted {
  const [type = "", ...rest] = clause.split(";").map((part) => part.trim());
  const parameters = new Map(
    rest.map((part) => part.split("=", 2)).filter((pair) => pair.length === 2) as [string, string][],
  );
  const quality = Number(parameters.get("q") ?? "1");
  return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 0 };
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
