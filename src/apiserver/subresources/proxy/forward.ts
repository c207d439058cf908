import { own } from "../../../base/index.ts";
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { createGunzip, createInflateRaw } from "node:zlib";
import { serviceUnavailable, statusError } from "../../../api/index.ts";
import { endToEndHeaders, NetError } from "../../../net/index.ts";
import type { ApiRequest, ApiResponse, Handler, RequestBody } from "../../../net/message.ts";
import { dialProblem } from "../../streaming/dial-problem.ts";
import { LinkRewriter } from "./links.ts";

/** A request on its way through a proxy. */
export interface Forwarded {
  readonly request: ApiRequest;
  /** What is asked of the other end; "" when the path ends with the word proxy. */
  readonly path: string;
  /** The path of the proxy: what links of the answer must begin with to come here again. */
  readonly prefix: string;
  /** The other end's own name in links. */
  readonly authority: string;
  /** Headers that tell the other end who calls, in place of what told it to this server. */
  readonly identity?: Pick<ApiRequest, "headers" | "repeatedHeaders">;
}

/** Splits the path of a request at the proxy subresource: what leads there, and what is asked behind it. */
export function splitProxyPath(path: string, segments: number): Pick<Forwarded, "path" | "prefix"> {
  const parts = path.split("/");
  const rest = parts.slice(segments + 1);
  return { prefix: parts.slice(0, segments + 1).join("/"), path: rest.length === 0 ? "" : cleanPath(rest) };
}

/** Without empty and dot segments, as the original sends it on; a slash at the end stays. */
function cleanPath(parts: readonly string[]): string {
  const kept: string[] = [];
  for (const part of parts) {
    const plain = part.replace(/%2e/gi, ".");
    if (plain === "..") kept.pop();
    else if (plain !== "." && plain !== "") kept.push(part);
  }
  const slash = parts.at(-1) === "" && kept.length > 0 ? "/" : "";
  return `/${kept.join("/")}${slash}`;
}

/** Sends a request on and makes the answer one of this server. */
export async function forward(handler: Handler, forwarded: Forwarded): Promise<ApiResponse> {
  const { request, path, prefix, identity } = forwarded;
  const { method, query, signal, upgrade } = request;
  if (path === "" && !upgrade) {
    const location = `${request.path}/${query === "" ? "" : `?${query}`}`;
    return { status: 301, headers: { location }, body: { type: "none" } };
  }
  const sent: ApiRequest = {
    method,
    path: path || "/",
    query,
    headers: { ...forwardedHeaders(forwarded), ...identity?.headers },
    ...(identity?.repeatedHeaders && { repeatedHeaders: identity.repeatedHeaders }),
    body: bodyOf(request),
    peer: { address: "" },
    signal,
    ...(upgrade && { upgrade }),
  };
  let response: ApiResponse;
  try {
    response = await handler(sent);
  } catch (error) {
    throw unreachable(error, sent);
  }
  return response.body.type === "tunnel" || response.body.type === "upgrade"
    ? response
    : answered(response, { ...forwarded, prefix });
}

function unreachable(error: unknown, { upgrade, signal }: ApiRequest): unknown {
  if (!(error instanceof NetError) || signal.aborted) return error;
  const cause = dialProblem(error);
  return upgrade
    ? statusError({ code: 500, reason: "", message: `error dialing backend: ${cause}` }, { cause: error })
    : serviceUnavailable(`error trying to reach service: ${cause}`);
}

/** What proves to this server who the client is is nothing to the other end; its cookies are. */
const SECRET = /^(authorization|impersonate-.*|x-remote-.*)$/;

function forwardedHeaders({ request, path, prefix }: Forwarded): Record<string, string> {
  const { headers, peer, upgrade } = request;
  const kept = Object.entries(endToEndHeaders(headers)).filter(([name]) => !SECRET.test(name));
  const out: Record<string, string> = Object.fromEntries(kept);
  // Not the client's own Connection: what that names the other end would take off, the headers that say who calls too.
  if (upgrade) Object.assign(out, { connection: "Upgrade", upgrade: headers.upgrade ?? upgrade.protocol });
  out["x-forwarded-uri"] = prefix + path;
  if (peer.address !== "")
    out["x-forwarded-for"] = [headers["x-forwarded-for"], peer.address].filter(Boolean).join(", ");
  if (request.body.type === "object") out["content-type"] ??= "application/json";
  return out;
}

function bodyOf({ body }: ApiRequest): RequestBody {
  return body.type === "object" ? { type: "bytes", bytes: Buffer.from(JSON.stringify(body.value)) } : body;
}

/** This server's own rules for scripts of other origins aren't the other end's to set. */
const CORS = [
  "access-control-allow-credentials",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-allow-origin",
];

function answered(response: ApiResponse, { request, prefix, authority }: Forwarded): ApiResponse {
  const headers = endToEndHeaders(response.headers);
  for (const name of CORS) delete headers[name];
  const rewrite = (link: string) => rewriteLink(link, { authority, prefix, own: request.headers.host ?? "" });
  const { location } = headers;
  if (typeof location === "string" && location !== "") {
    headers.location = rewrite(location);
    return { ...response, headers };
  }
  const { body } = response;
  const type = String(headers["content-type"] ?? "").split(";")[0]!;
  const encoding = String(headers["content-encoding"] ?? "");
  const decode = own(DECODERS, encoding);
  if (type.trim() !== "text/html" || body.type !== "stream" || !decode || request.method === "HEAD")
    return { ...response, headers };
  delete headers["content-length"];
  delete headers["content-encoding"];
  return { ...response, headers, body: { type: "stream", chunks: withLinks(decode(body.chunks), rewrite) } };
}

/** How HTML is unpacked to look for links; what is packed in another way passes as it is. */
const DECODERS: Readonly<Record<string, (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>>> = {
  "": (chunks) => chunks,
  gzip: (chunks) => through(chunks, createGunzip()),
  deflate: (chunks) => through(chunks, createInflateRaw()),
};

function through(
  chunks: AsyncIterable<Uint8Array>,
  unpack: ReturnType<typeof createGunzip>,
): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks);
  source.once("error", (error) => unpack.destroy(error));
  unpack.once("close", () => source.destroy());
  return source.pipe(unpack) as AsyncIterable<Uint8Array>;
}

async function* withLinks(
  chunks: AsyncIterable<Uint8Array>,
  rewrite: (link: string) => string,
): AsyncGenerator<Uint8Array> {
  const links = new LinkRewriter(rewrite);
  // Byte by byte: whatever the encoding is, markup is ASCII.
  for await (const chunk of chunks) {
    const text = links.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1"));
    if (text !== "") yield Buffer.from(text, "latin1");
  }
  const rest = links.end();
  if (rest !== "") yield Buffer.from(rest, "latin1");
}

interface LinkPlace {
  readonly authority: string;
  readonly prefix: string;
  /** The name under which the client knows this server. */
  readonly own: string;
}

/** A link of the other end, made to lead through the proxy; links to elsewhere and relative ones stay as they are. */
export function rewriteLink(link: string, { authority, prefix, own }: LinkPlace): string {
  const [, scheme, host, path = "", rest = ""] =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/s.exec(link) ?? [];
  if (scheme && (host === undefined || !/^https?$/i.test(scheme))) return link;
  if ((host && host !== authority && host !== own) || !path.startsWith("/")) return link;
  const start = host && host === own ? link.slice(0, link.length - path.length - rest.length) : "";
  return start + (path.startsWith(prefix) ? path : prefix + path) + rest;
}
