import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { gunzipSync } from "node:zlib";
import { CallerCertificates } from "./certificates.ts";
import { shownEvents, shownProtobuf } from "./encodings/wire.ts";

const TIMEOUT_MS = 60_000;
const CONNECTIONS_MAX = 32;

/** A request as a recording writes it down. */
export interface Request {
  /** Method and target: `POST /api/v1/namespaces?dryRun=All`. */
  readonly do: string;
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown;
  /** What the body stands for, where its bytes needn't be the same on both servers. */
  readonly means?: unknown;
  /** Content type; `application/json` when there is a body and nothing else is said. */
  readonly type?: string;
  readonly accept?: string;
  /** Headers of the answer that matter for this request, beside those that always do. */
  readonly sees?: readonly string[];
  /**
   * Whose token: `admin` unless said; `anonymous` sends none, `token:T` sends T, `cert:NAME:ORGANIZATION,…` a client
   * certificate instead.
   */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

export interface Answer {
  /** 0: the server dropped the connection. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when it is JSON, text otherwise; undefined when there was none. */
  // biome-ignore lint/suspicious/noExplicitAny: any object of any kind, which the tests take apart
  readonly body: any;
}

/** Sends a request to the one server that a script is being run on. */
export type Ask = (request: Request) => Promise<Answer>;

/** A server that is there to be asked. */
export interface Side extends AsyncDisposable {
  readonly name: "upstream" | "navarch";
  readonly ask: Ask;
}

/** Headers that clients act upon. */
const SEEN_HEADERS = [
  "content-type",
  "warning",
  "location",
  "retry-after",
  "www-authenticate",
  "allow",
  "cache-control",
];

/** Asks the server at `url` (https), whose certificate the authority in file `ca` has signed; its key lies beside it. */
export function asker(url: string, ca: string): { readonly ask: Ask; close(): void } {
  const options = { keepAlive: true, maxSockets: CONNECTIONS_MAX, ca: readFileSync(ca) };
  const agent = new Agent(options);
  const callers = new CallerCertificates(ca, options);
  return {
    ask: (request) => exchange(url, callers.agentOf(request.as) ?? agent, request),
    close: () => {
      agent.destroy();
      callers.close();
    },
  };
}

function exchange(origin: string, agent: Agent, request: Request): Promise<Answer> {
  const [, method, target] = /^(\S+) (.*)$/s.exec(request.do)!;
  const { body } = request;
  const bytes =
    body === undefined ? undefined : typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const headers: Record<string, string | string[]> = {
    "user-agent": "differential",
    accept: request.accept ?? "application/json",
  };
  const token = tokenOf(request.as);
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  Object.assign(headers, request.headers);
  if (bytes !== undefined) headers["content-type"] = request.type ?? "application/json";
  // Of a DELETE's body nobody would know otherwise.
  if (bytes !== undefined) headers["content-length"] = String(Buffer.byteLength(bytes));
  return new Promise((resolve) => {
    const dropped = (error: Error) => resolve({ status: 0, headers: {}, body: error.message });
    const sent = httpsRequest(`${origin}${target}`, { agent, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", dropped);
      response.on("end", () => {
        const seen = [...SEEN_HEADERS, ...(request.sees ?? [])].flatMap((name) =>
          response.headers[name] === undefined ? [] : [[name, String(response.headers[name])]],
        );
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(seen),
          body: parsed(plain(Buffer.concat(parts), response.headers), response.headers["content-type"]),
        });
      });
    });
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error("no answer")));
    sent.on("error", dropped);
    sent.end(bytes);
  });
}

function tokenOf(as = "admin"): string | undefined {
  if (as === "anonymous" || as.startsWith("cert:")) return undefined;
  return as.startsWith("token:") ? as.slice("token:".length) : `${as}-token`;
}

function plain(bytes: Buffer, { "content-encoding": encoding }: IncomingHttpHeaders): Buffer {
  return encoding === "gzip" && bytes.length > 0 ? gunzipSync(bytes) : bytes;
}

function parsed(bytes: Buffer, type = ""): unknown {
  if (bytes.length === 0) return undefined;
  if (type.includes("protobuf")) return type.includes("stream=watch") ? shownEvents(bytes) : shownProtobuf(bytes);
  const text = bytes.toString();
  return type.startsWith("application/json") ? parsedJson(text) : text;
}

/** A document, the events of a watch in a list, or what is neither as it is. */
function parsedJson(text: string): unknown {
  const parse = (one: string) => {
    try {
      return JSON.parse(one) as unknown;
    } catch {
      return one;
    }
  };
  const whole = parse(text);
  return whole !== text ? whole : text.split("\n").filter(Boolean).map(parse);
}
