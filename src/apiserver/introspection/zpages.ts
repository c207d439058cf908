import { type Clock, formatTime, own } from "../../base/index.ts";
import { notAcceptable } from "../../api/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import { chosenType, type Format, wantsPretty } from "../http/negotiate.ts";
import { respond, respondBytes, respondError } from "../http/respond.ts";
import { VERSION } from "./version.ts";

/** Flags by name, as they were given. */
export type GivenFlags = Readonly<Record<string, string>>;

const NAME = "apiserver";
const GROUP = "config.k8s.io";
const VERSIONS = ["v1beta1", "v1alpha1"];
const OLD_VERSION = "v1alpha1";
const PATHS = ["/flagz", "/healthz", "/livez", "/metrics", "/readyz", "/statusz", "/version"];
const WARNING =
  "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.";

const TEXT = "text/plain";
const TYPES = ["application/json", "application/yaml", TEXT];
const ENCODINGS: Readonly<Record<string, Format["encoding"]>> = {
  "application/json": "json",
  "application/yaml": "yaml",
};

/** What a page says, as text for people and as data. */
interface Page {
  readonly kind: "Statusz" | "Flagz";
  readonly lines: () => readonly string[];
  readonly data: () => Readonly<Record<string, unknown>>;
}

/** Pages on which a server tells of itself: since when it runs, and the flags it was given. */
export function debugPages(
  clock: Pick<Clock, "now">,
  flags: GivenFlags,
): readonly (readonly [string, SubresourceHandler])[] {
  const startMs = clock.now();
  const uptimeSeconds = () => Math.floor((clock.now() - startMs) / 1000);
  const binaryVersion = VERSION.gitVersion.slice(1);
  const emulationVersion = `${VERSION.emulationMajor}.${VERSION.emulationMinor}`;
  const status: Page = {
    kind: "Statusz",
    lines: () => [
      "",
      `Started: ${unixDate(startMs)}`,
      `Up: ${spelledOut(uptimeSeconds())}`,
      `Go version: ${VERSION.goVersion}`,
      `Binary version: ${binaryVersion}`,
      `Emulation version: ${emulationVersion}`,
      `Paths: ${PATHS.join(" ")}`,
    ],
    data: () => ({
      startTime: formatTime(startMs),
      uptimeSeconds: uptimeSeconds(),
      goVersion: VERSION.goVersion,
      binaryVersion,
      emulationVersion,
      paths: PATHS,
    }),
  };
  const given = Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1));
  const flagz: Page = {
    kind: "Flagz",
    lines: () => given.map(([name, value]) => `${name}: ${value}`),
    data: () => ({ flags: Object.fromEntries(given) }),
  };
  return [
    ["/flagz", async (context) => answer(context, flagz)],
    ["/statusz", async (context) => answer(context, status)],
  ];
}

/** Data only for who names the version of it; text for who takes text or anything. */
function answer(context: RequestContext, page: Page): ApiResponse {
  const { accept } = context.request.headers;
  if (!accept?.trim()) return asText(page);
  const isOffered = (type: string, parameters: ReadonlyMap<string, string>) =>
    !isStream(parameters) && (type === TEXT ? !isOfVersion(parameters) : isPage(page, parameters));
  const chosen = chosenType(accept, TYPES, isOffered);
  if (!chosen) return refused(context, accept);
  return chosen.type === TEXT ? asText(page) : asData(context, page, chosen);
}

const isOfVersion = (parameters: ReadonlyMap<string, string>) => ["as", "g", "v"].some((name) => parameters.has(name));
/** Nobody follows a page. */
const isStream = (parameters: ReadonlyMap<string, string>) => parameters.has("stream");

const isPage = ({ kind }: Page, parameters: ReadonlyMap<string, string>) =>
  parameters.get("as") === kind && parameters.get("g") === GROUP && VERSIONS.includes(parameters.get("v") ?? "");

function asText({ kind, lines }: Page): ApiResponse {
  const text = `${["", `${NAME} ${kind.toLowerCase()}`, WARNING, ...lines()].join("\n")}\n`;
  return respondBytes(200, new TextEncoder().encode(text), `${TEXT}; charset=utf-8`);
}

function asData(
  { request, query, warnings }: RequestContext,
  { kind, data }: Page,
  { type, parameters }: NonNullable<ReturnType<typeof chosenType>>,
): ApiResponse {
  const version = parameters.get("v");
  if (version === OLD_VERSION)
    warnings.push(`This version of the ${kind.toLowerCase()} endpoint is deprecated. Please use a newer version.`);
  const pretty = parameters.get("pretty") === "1" || wantsPretty(request, query);
  const value = { kind, apiVersion: `${GROUP}/${version}`, metadata: { name: NAME }, ...data() };
  const response = respond(200, value, { encoding: own(ENCODINGS, type)!, as: "object", pretty });
  return {
    ...response,
    headers: { ...response.headers, "content-type": `${type};g=${GROUP};v=${version};as=${kind}` },
  };
}

/** 406, in a type that the client takes where there is one: indented JSON otherwise. */
function refused({ request, query }: RequestContext, accept: string): ApiResponse {
  const plain = chosenType(
    accept,
    TYPES,
    (type, parameters) => type !== TEXT && !isOfVersion(parameters) && !isStream(parameters),
  );
  const encoding = plain && own(ENCODINGS, plain.type);
  const pretty = !encoding || plain.parameters.get("pretty") === "1" || wantsPretty(request, query);
  return respondError(notAcceptable(TYPES), { encoding: encoding ?? "json", as: "object", pretty });
}

/** A time as `date` prints it: `Wed Oct 16 21:03:43 UTC 2024`. */
function unixDate(ms: number): string {
  const [weekday, day, month, year, time] = new Date(ms).toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} UTC ${year}`;
}

function spelledOut(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${Math.floor(seconds / 3600)} hr ${two((seconds / 60) % 60)} min ${two(seconds % 60)} sec`;
}
