import { own, messageOf } from "../../../base/index.ts";

/** A request as a simulated container sees it. */
export interface SimulatedRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark; "" for none. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The port of the pod that it came to. */
  readonly port: number;
  /** The pod and its container that answer. */
  readonly pod: { readonly namespace: string; readonly name: string };
  readonly container: string;
}

/** What a simulated container answers. JSON of this type in scripts, so a body there is text. */
export interface SimulatedResponse {
  /** Default 200. */
  readonly status?: number;
  /** A content type of text/plain unless they say otherwise. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** How long it takes, on the cluster's clock. */
  readonly afterMs?: number;
}

/**
 * Answers by what is asked for, a text standing for a body. The first of these that is there: "GET /path", "/path", then
 * with the longest beginning "GET /begin*" or "/begin*". Nothing fitting is a 404.
 */
export type Routes = Readonly<Record<string, string | SimulatedResponse>>;

/** An answer with everything said. */
export interface WholeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly afterMs: number;
}

/** Answers requests to the containers of an image. Lives outside of the cluster: forks share it. */
export type Serve = (request: SimulatedRequest) => SimulatedResponse | Promise<SimulatedResponse>;

/** What is said of a container's answers: by its script, and by its image's function. */
export interface Answers {
  readonly http?: string | Routes | undefined;
  readonly serve?: Serve | undefined;
}

/** What a container answers: as its script says, else its image's function, else its host name, as a tiny server would. */
export async function respond(
  { http, serve }: Answers,
  request: SimulatedRequest,
  hostname: string,
): Promise<WholeResponse> {
  if (typeof http === "string") return whole({ body: http });
  if (http !== undefined) return whole(routed(http, request) ?? NOT_FOUND);
  if (!serve) return whole({ body: `${hostname}\n` });
  try {
    return whole(await serve(request));
  } catch (error) {
    return whole({ status: 500, body: `${messageOf(error)}\n` });
  }
}

const NOT_FOUND: SimulatedResponse = { status: 404, body: "404 page not found\n" };
const TEXT = "text/plain; charset=utf-8";

function whole({ status = 200, headers = {}, body = "", afterMs = 0 }: SimulatedResponse): WholeResponse {
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    status,
    headers: { "content-type": TEXT, ...named },
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    afterMs,
  };
}

function routed(routes: Routes, { method, path }: SimulatedRequest): SimulatedResponse | undefined {
  const asked = `${method} ${path}`;
  const found = own(routes, asked) ?? own(routes, path) ?? own(routes, beginningOf(routes, asked, path));
  return typeof found === "string" ? { body: found } : found;
}

function beginningOf(routes: Routes, asked: string, path: string): string {
  let found = "";
  let longest = -1;
  for (const route in routes) {
    if (!route.endsWith("*")) continue;
    const begin = route.slice(0, -1);
    if (!asked.startsWith(begin) && !path.startsWith(begin)) continue;
    // Of two that begin alike the one that names the method is meant.
    const length = begin.slice(begin.indexOf("/")).length + (begin.startsWith("/") ? 0 : 0.5);
    if (length > longest) [found, longest] = [route, length];
  }
  return found;
}
