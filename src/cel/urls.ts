/** A URL in parts, as requests have them: an absolute path or a whole address. */
export interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: string;
}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;

/** A URL, or why a text is none. */
export function parseUrl(text: string): UrlParts | string {
  const fail = (why: string) => `parse ${JSON.stringify(text)}: ${why}`;
  if (text === "") return fail("empty url");
  if (/[\0-\x1f\x7f]/.test(text)) return fail("net/url: invalid control character in URL");
  const scheme = SCHEME.exec(text)?.[1] ?? "";
  if (text.startsWith(":")) return fail("missing protocol scheme");
  let rest = scheme ? text.slice(scheme.length + 1) : text;
  const mark = rest.indexOf("?");
  const query = mark < 0 ? "" : rest.slice(mark + 1).replace(/#.*$/, "");
  if (mark >= 0) rest = rest.slice(0, mark);
  if (!rest.startsWith("/")) return scheme && rest !== "" ? emptyHost(scheme, query) : fail("invalid URI for request");
  let host = "";
  if (rest.startsWith("//") && (scheme || !rest.startsWith("///"))) {
    const end = rest.indexOf("/", 2);
    const authority = rest.slice(2, end < 0 ? undefined : end);
    rest = end < 0 ? "" : rest.slice(end);
    host = authority.slice(authority.lastIndexOf("@") + 1);
    const problem = hostProblem(host);
    if (problem) return fail(problem);
  }
  const broken = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(rest)?.[0];
  if (broken !== undefined) return fail(`invalid URL escape ${JSON.stringify(broken)}`);
  return { scheme: scheme.toLowerCase(), host, ...splitHost(host), escapedPath: escaped(rest), query };
}

/** What follows the scheme of mailto: and the like is no path. */
function emptyHost(scheme: string, query: string): UrlParts {
  return { scheme: scheme.toLowerCase(), host: "", hostname: "", port: "", escapedPath: "", query };
}

function hostProblem(host: string): string | undefined {
  if (host.startsWith("[") && !host.includes("]")) return "missing ']' in host";
  const port = host.startsWith("[") ? host.slice(host.lastIndexOf("]") + 1) : (/:[^:]*$/.exec(host)?.[0] ?? "");
  if (!/^(:\d*)?$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
  const bad = /[\s"<>\\^`{|}]/.exec(host)?.[0];
  return bad === undefined ? undefined : `invalid character ${JSON.stringify(bad)} in host name`;
}

function splitHost(host: string): { hostname: string; port: string } {
  const match = /^(.*?)(?::(\d*))?$/.exec(host.startsWith("[") ? host.slice(host.indexOf("]") + 1) : host);
  const hostname = host.startsWith("[") ? host.slice(1, host.indexOf("]")) : (match?.[1] ?? "");
  return { hostname, port: match?.[2] ?? "" };
}

function escaped(path: string): string {
  return path.replace(/[^A-Za-z0-9\-._~$&+,/:;=@!'()*%[\]]/gu, (point) =>
    [...new TextEncoder().encode(point)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}

/** The values of a query by name; pairs that can't be read are left out. */
export function queryOf(query: string): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>();
  for (const pair of query.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const equals = pair.indexOf("=");
    const name = unescaped(equals < 0 ? pair : pair.slice(0, equals));
    const value = unescaped(equals < 0 ? "" : pair.slice(equals + 1));
    if (name === undefined || value === undefined) continue;
    const known = all.get(name);
    if (known) known.push(value);
    else all.set(name, [value]);
  }
  return all;
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
