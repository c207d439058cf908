import { traversal } from "../cost.ts";
import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { overload } from "../signature.ts";
import { opaque } from "../types.ts";
import { parseUrl, queryOf, type UrlParts } from "../urls.ts";
import { mapFrom, Opaque, type Value } from "../values.ts";

const URL_TYPE = opaque("kubernetes.URL");
const U = URL_TYPE.name;

function urlOf(text: string): Value {
  const parts = parseUrl(text);
  if (typeof parts === "string") throw new EvaluationError(`URL parse error during conversion from string: ${parts}`);
  return new Opaque(URL_TYPE, parts, JSON.stringify(parts));
}

const part =
  (name: keyof UrlParts) =>
  ({ content }: Opaque) =>
    (content as UrlParts)[name];

/** Addresses of the web. */
export const urls: Library = {
  types: [URL_TYPE],
  overloads: [
    overload(`url(string): ${U}`, urlOf, traversal(0)),
    overload("isURL(string): bool", (text) => typeof parseUrl(text) !== "string", traversal(0)),
    overload(`${U}.getScheme(): string`, part("scheme")),
    overload(`${U}.getHost(): string`, part("host")),
    overload(`${U}.getHostname(): string`, part("hostname")),
    overload(`${U}.getPort(): string`, part("port")),
    overload(`${U}.getEscapedPath(): string`, part("escapedPath")),
    overload(`${U}.getQuery(): map(string, list(string))`, ({ content }) =>
      mapFrom(queryOf((content as UrlParts).query)),
    ),
  ],
};
