import { type Clock, messageOf } from "../../base/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import { respondBytes, respondText } from "../http/respond.ts";

/** Makes profiles of the process, in the form that `go tool pprof` reads. Each begins one; what that resolves to ends it. */
export interface Profiler {
  readonly cpu: () => Promise<() => Promise<Uint8Array>>;
  readonly heap: () => Promise<() => Promise<Uint8Array>>;
}

const PREFIX = "/debug/pprof/";
const CPU_SECONDS = 30;
const HEAP_SECONDS = 10;
const SECONDS_MAX = 600;
const DESCRIPTIONS = {
  heap: "What was allocated and is still held, of `seconds` from now on.",
  profile: "Where the processor spends its time, in `seconds` from now on.",
};
type Name = keyof typeof DESCRIPTIONS;

/** The paths below which there are profiles, for `go tool pprof` and for people. */
export function profileHandlers(profiler: Profiler, clock: Clock): [string, SubresourceHandler][] {
  const busy = new Set<Name>();
  const record = async ({ query, request }: RequestContext, name: Name): Promise<ApiResponse> => {
    const isCpu = name === "profile";
    if (busy.has(name)) return failed(500, `Could not enable profiling: a ${name} is being made already`);
    busy.add(name);
    try {
      const seconds = secondsOf(query, isCpu ? CPU_SECONDS : HEAP_SECONDS);
      const end = await (isCpu ? profiler.cpu : profiler.heap)();
      await clock.sleep(seconds * 1000, request.signal).catch(() => {});
      return attached(await end(), name);
    } catch (error) {
      return failed(500, `Could not enable profiling: ${messageOf(error)}`);
    } finally {
      busy.delete(name);
    }
  };
  return [
    ["/debug/pprof", async ({ request }) => redirected(request.method)],
    [
      PREFIX,
      async (context) => {
        const name = context.info.path.slice(PREFIX.length);
        if (name === "") return index();
        return Object.hasOwn(DESCRIPTIONS, name) ? record(context, name as Name) : failed(404, "Unknown profile");
      },
    ],
  ];
}

function secondsOf(query: URLSearchParams, usual: number): number {
  const text = query.get("seconds") ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  return Math.min(seconds || usual, SECONDS_MAX);
}

/** Marked, so that `go tool pprof` shows what is wrong. */
function failed(status: number, text: string): ApiResponse {
  const { headers, body } = respondText(status, `${text}\n`);
  return { status, headers: { ...headers, "x-go-pprof": "1" }, body };
}

/** A short note for people only answers those who read. */
function redirected(method: string): ApiResponse {
  const headers = { location: PREFIX, "cache-control": "no-cache, private" };
  if (method !== "GET" && method !== "HEAD") return { status: 302, headers, body: { type: "none" } };
  const bytes = new TextEncoder().encode(`<a href="${PREFIX}">Found</a>.\n\n`);
  return { status: 302, headers: { ...headers, "content-type": HTML }, body: { type: "bytes", bytes } };
}

const HTML = "text/html; charset=utf-8";
const NO_SNIFFING = { "x-content-type-options": "nosniff" };

function index(): ApiResponse {
  const rows = Object.entries(DESCRIPTIONS).map(([name, text]) => `<li><a href="${name}">${name}</a>: ${text}</li>`);
  const text = `<html><head><title>${PREFIX}</title></head><body><ul>\n${rows.join("\n")}\n</ul></body></html>\n`;
  const { status, headers, body } = respondBytes(200, new TextEncoder().encode(text), HTML);
  return { status, headers: { ...headers, ...NO_SNIFFING }, body };
}

function attached(bytes: Uint8Array, name: Name): ApiResponse {
  const { status, headers, body } = respondBytes(200, bytes, "application/octet-stream");
  const disposition = `attachment; filename="${name}"`;
  return { status, headers: { ...headers, ...NO_SNIFFING, "content-disposition": disposition }, body };
}
