import type { Random } from "../../base/index.ts";
import { regexMatches } from "../../cel/index.ts";
import type { ApiResponse, Handler } from "../../net/message.ts";

const ALLOWED: Readonly<Record<string, string>> = {
  "access-control-allow-methods": "POST, GET, OPTIONS, PUT, DELETE, PATCH",
  "access-control-allow-headers":
    "Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since",
  "access-control-expose-headers": "Date",
  "access-control-allow-credentials": "true",
};

/** Origins are looked at one by one; what a browser sends is short. */
const ORIGIN_LENGTH_MAX = 2000;

/** Lets pages of some origins (patterns of RE2) see answers. What a browser asks before it does is answered to anyone. */
export function withCors(handler: Handler, patterns: readonly string[], random: Random): Handler {
  return async (request) => {
    const { origin } = request.headers;
    if (!origin || origin.length > ORIGIN_LENGTH_MAX || !patterns.some((one) => regexMatches(one, origin)))
      return handler(request);
    const response = request.method === "OPTIONS" ? preflight(random) : await handler(request);
    const headers = { ...response.headers, ...ALLOWED, "access-control-allow-origin": origin };
    return { ...response, headers };
  };
}

function preflight(random: Random): ApiResponse {
  const headers = { "audit-id": random.uuid(), "cache-control": "no-cache, private" };
  return { status: 204, headers, body: { type: "none" } };
}

/** What is wrong with a pattern of origins; undefined when nothing is. It has to say where a host begins and ends, somehow. */
export function originProblem(pattern: string): string | undefined {
  try {
    regexMatches(pattern, "");
  } catch (error) {
    return (error as Error).message;
  }
  const isTied =
    ["^", "//"].some((start) => pattern.includes(start)) && ["$", ":"].some((end) => pattern.includes(end));
  return isTied ? undefined : "wanted ^ or // before the host, and $ or : after it";
}
