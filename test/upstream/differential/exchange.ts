import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { gunzipSync } from "node:zlib";
import { CallerCertificates } from "./certificates.ts";
import { shownEvents, shownProtobuf } from "./encodings/wire.ts";
import { eventsIn, isWatch } from "./watches/events.ts";
import { overSocket } from "./watches/socket.ts";

const TIMEOUT_MS = 60_000;
/** How long nothing may come of a watch until it is taken to have told all. */
const SILENCE_MS = 500;
const CONNECTIONS_MAX = 256;

/** A request as a recording writes it down. */
export interface Request {
  /** Method and target: `POST /api/v1/namespaces?dryRun=All`; the method SOCKET opens a WebSocket. */
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

/** For a watch, whose answer begins long before it ends. */
export interface Course {
  /** Is called when the answer begins. */
  readonly begun?: () => void;
  /** The answer is taken to be over when this has come true and nothing more has come for a while; else when the server ends it. */
  readonly until?: Promise<unknown>;
}

/** Sends a request to the one server that a script is being run on. */
export type Ask = (request: Request, course?: Course) => Promise<Answer>;

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
    ask: (request, course) => exchange(url, callers.agentOf(request.as) ?? agent, request, course),
    close: () => {
      agent.destroy();
      callers.close();
    },
  };
}

function exchange(origin: string, agent: Agent, request: Request, course: Course = {}): Promise<Answer> {
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
  const url = `${origin}${target}`;
  return new Promise((resolve) => {
    const dropped = (error: Error) => resolve({ status: 0, headers: {}, body: error.message });
    const take = (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      const end = () => resolve(answerOf(request, response, Buffer.concat(parts)));
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", dropped);
      response.on("end", end);
      course.begun?.();
      if (course.until)
        void whenSilent(response, course.until).then(() => {
          end();
          response.destroy();
        });
    };
    if (method === "SOCKET") {
      void overSocket(url, { agent, headers, course, refused: take, whenSilent }).then(resolve);
      return;
    }
    const sent = httpsRequest(url, { agent, method, headers }, take);
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error("no answer")));
    sent.on("error", dropped);
    sent.end(bytes);
  });
}

function answerOf(request: Request, response: IncomingMessage, received: Buffer): Answer {
  const { headers, statusCode = 0 } = response;
  const seen = [...SEEN_HEADERS, ...(request.sees ?? [])].flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])]],
  );
  const bytes = plain(received, headers);
  const type = headers["content-type"];
  const isOfEvents = statusCode === 200 && isWatch(request.do);
  return {
    status: statusCode,
    headers: Object.fromEntries(seen),
    body: isOfEvents ? eventsIn(bytes, type) : parsed(bytes, type),
  };
}

/** Waits until nothing has come for a while, once it may be over. */
async function whenSilent(source: NodeJS.EventEmitter, until: Promise<unknown>): Promise<void> {
  await until;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, SILENCE_MS);
    source.on("data", () => timer.refresh());
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
