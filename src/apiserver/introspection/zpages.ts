import { statusError } from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import { respond, respondText } from "../http/respond.ts";
import { VERSION } from "./version.ts";

/** Flags by name, as they were given. */
export type GivenFlags = Readonly<Record<string, string>>;

const NAME = "kube-apiserver";
const GROUP = "config.k8s.io";
const VERSIONS = ["v1beta1", "v1alpha1"];
const PATHS = ["/flagz", "/healthz", "/livez", "/metrics", "/readyz", "/statusz", "/version"];
const WARNING = "Warning: written for people, in a form that may change; ask for JSON to read it by program.";

/** What a page says, as text for people and as data. */
interface Page {
  readonly kind: "Statusz" | "Flagz";
  readonly title: string;
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
    title: "statusz",
    lines: () => [
      `Started: ${unixDate(startMs)}`,
      `Up: ${spelledOut(uptimeSeconds())}`,
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
    title: "flags",
    lines: () => given.map(([name, value]) => `${name}=${value}`),
    data: () => ({ flags: Object.fromEntries(given) }),
  };
  return [
    ["/flagz", page(flagz)],
    ["/statusz", page(status)],
  ];
}

function page(page: Page): SubresourceHandler {
  return async (context) => answer(context, page);
}

/** JSON only for who names the version of it; text for who takes text or anything. */
function answer({ request }: RequestContext, { kind, title, lines, data }: Page): ApiResponse {
  for (const clause of (request.headers.accept || "*/*").split(",")) {
    const [type = "", ...rest] = clause.split(";").map((part) => part.trim());
    if (["text/plain", "text/*", "*/*"].includes(type))
      return respondText(200, `${["", `${NAME} ${title}`, WARNING, "", ...lines()].join("\n")}\n`);
    const parameters = Object.fromEntries(rest.map((part) => part.split("=", 2)));
    if (type !== "application/json" || parameters.g !== GROUP || parameters.as !== kind) continue;
    if (!VERSIONS.includes(parameters.v)) continue;
    const head = { kind, apiVersion: `${GROUP}/${parameters.v}`, metadata: { name: NAME } };
    return respond(200, { ...head, ...data() }, { encoding: "json", as: "object", pretty: false });
  }
  const types = ["text/plain", ...VERSIONS.map((version) => `application/json;g=${GROUP};v=${version};as=${kind}`)];
  throw statusError({
    code: 406,
    reason: "NotAcceptable",
    message: `only the following media types are accepted: ${types.join(", ")}`,
  });
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
