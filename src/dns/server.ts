import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, connect, type Server, type Socket } from "node:net";
import { type Answer as WireRecord, decode, encode, type Packet } from "dns-packet";
import type { Clock, Log, Scope } from "../base/index.ts";
import { answer, type ClusterNames, type DnsRecord, type RecordType, TTL_SECONDS } from "./answer.ts";

export interface DnsServerOptions {
  readonly host: string;
  /** 0 for a free one, the same for UDP and TCP. */
  readonly port: number;
  readonly zone: string;
  readonly names: ClusterNames;
  /** Who answers what is not ours: "address" or "address:port". */
  readonly upstreams: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly scope: Scope;
}

const UDP_BYTES_PLAIN = 512;
const UDP_BYTES_MAX = 4096;
const TCP_CONNECTIONS_MAX = 256;
const TCP_IDLE_MS = 10_000;
const FORWARD_TIMEOUT_MS = 2_000;
const FORWARDS_MAX = 1000;
const AUTHORITATIVE = 1 << 10;
const RECURSION_AVAILABLE = 1 << 7;
const TRUNCATED = 1 << 9;
const RECURSION_DESIRED = 1 << 8;
const OPCODE = 0x7800;
const CODE_FORMAT_ERROR = 1;
const CODE_SERVER_FAILURE = 2;
const CODE_NO_SUCH_NAME = 3;
const CODE_NOT_IMPLEMENTED = 4;

type Transport = "udp" | "tcp";

/** Serves DNS over UDP and TCP until the scope closes; returns the port. */
export async function serveDns(options: DnsServerOptions): Promise<{ readonly port: number }> {
  const responder = new Responder(options);
  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    serveTcp(socket, responder, options.log);
  });
  tcp.maxConnections = TCP_CONNECTIONS_MAX;
  const port = await listenTcp(tcp, options);
  const udp = createSocket({ type: options.host.includes(":") ? "udp6" : "udp4" });
  udp.on("message", (message, from) => {
    options.scope.spawn("answer DNS question", async () => {
      const reply = await responder.respond(message, "udp");
      if (reply) udp.send(reply, from.port, from.address);
    });
  });
  await bindUdp(udp, { host: options.host, port });
  // An answer that can't be sent is one lost packet: its client asks again.
  udp.on("error", (error) => options.log.warn("Answering over UDP failed", { error }));
  tcp.on("error", (error) => options.log.warn("Taking a DNS connection failed", { error }));
  options.scope.defer(() => new Promise<void>((resolve) => udp.close(() => resolve())));
  options.scope.defer(() => {
    const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
    for (const socket of connections) socket.destroy();
    return closed;
  });
  return { port };
}

function listenTcp(server: Server, { host, port }: DnsServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function bindUdp(socket: UdpSocket, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, () => resolve());
  });
}

function serveTcp(socket: Socket, responder: Responder, log: Log): void {
  let buffered = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
      const end = 2 + buffered.readUInt16BE(0);
      const message = buffered.subarray(2, end);
      buffered = buffered.subarray(end);
      responder
        .respond(message, "tcp")
        .then(
          (reply) =>
            reply && socket.write(Buffer.concat([Buffer.from([reply.length >> 8, reply.length & 255]), reply])),
        )
        .catch((error) => log.warn("Answering over TCP failed", { error }));
    }
  });
}

class Responder {
  readonly #options: DnsServerOptions;
  #forwards = 0;

  constructor(options: DnsServerOptions) {
    this.#options = options;
  }

  /** The reply to one message; undefined for what deserves none. */
  async respond(message: Buffer, transport: Transport): Promise<Buffer | undefined> {
    let query: Packet;
    try {
      query = decode(message);
    } catch {
      return message.length < 12 ? undefined : errorReply(message, CODE_FORMAT_ERROR);
    }
    if (query.type !== "query") return undefined;
    const question = query.questions?.[0];
    if (query.questions?.length !== 1 || !question) return errorReply(message, CODE_FORMAT_ERROR);
    if ((query as { opcode?: string }).opcode !== "QUERY") return errorReply(message, CODE_NOT_IMPLEMENTED);
    const { zone, names } = this.#options;
    const result = answer({ name: question.name, type: question.type as RecordType }, zone, names);
    if (result.outcome === "notOurs") return this.#forward(message, transport);
    const alias = result.outcome === "found" ? result.answers.find((record) => record.type === "CNAME") : undefined;
    const answers = result.outcome === "found" ? [...result.answers] : [];
    const followed = alias && question.type !== "CNAME" ? await this.#follow(String(alias.data), question.type) : [];
    return fit(query, [...(answers as WireRecord[]), ...followed], {
      additionals: result.outcome === "found" ? (result.additionals as WireRecord[]) : [],
      code: result.outcome === "noSuchName" ? CODE_NO_SUCH_NAME : 0,
      zone,
      transport,
    });
  }

  /** Records of an external name, so that the client need not ask again. */
  async #follow(name: string, type: string): Promise<WireRecord[]> {
    const own = answer({ name, type: type as RecordType }, this.#options.zone, this.#options.names);
    if (own.outcome === "found") return own.answers as DnsRecord[] as WireRecord[];
    if (own.outcome === "noSuchName") return [];
    const query = encode({ type: "query", id: 1, flags: RECURSION_DESIRED, questions: [{ type: type as "A", name }] });
    const reply = await this.#forward(query, "udp");
    return reply ? (decode(reply).answers ?? []) : [];
  }

  async #forward(message: Buffer, transport: Transport): Promise<Buffer> {
    if (this.#options.upstreams.length === 0 || this.#forwards >= FORWARDS_MAX)
      return errorReply(message, CODE_SERVER_FAILURE);
    this.#forwards++;
    try {
      for (const upstream of this.#options.upstreams) {
        const reply = await this.#ask(upstream, message, transport).catch(() => undefined);
        if (reply) return reply;
      }
      return errorReply(message, CODE_SERVER_FAILURE);
    } finally {
      this.#forwards--;
    }
  }

  #ask(upstream: string, message: Buffer, transport: Transport): Promise<Buffer> {
    const { host, port } = splitAddress(upstream);
    const exchange = transport === "udp" ? askUdp : askTcp;
    const abort = new AbortController();
    const timer = this.#options.clock.timer(FORWARD_TIMEOUT_MS, () => abort.abort());
    return exchange({
      host,
      port,
      message,
      signal: AbortSignal.any([abort.signal, this.#options.scope.signal]),
    }).finally(() => timer.cancel());
  }
}

interface Exchange {
  readonly host: string;
  readonly port: number;
  readonly message: Buffer;
  readonly signal: AbortSignal;
}

function askUdp({ host, port, message, signal }: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: host.includes(":") ? "udp6" : "udp4", signal });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`ask ${host}: no answer`)));
    socket.on("message", (reply) => {
      // Only the answer to our question, not a stray or forged one.
      if (reply.length < 12 || reply.readUInt16BE(0) !== message.readUInt16BE(0)) return;
      resolve(reply);
      socket.close();
    });
    socket.connect(port, host, () => socket.send(message));
  });
}

function askTcp({ host, port, message, signal }: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    let buffered = Buffer.alloc(0);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`ask ${host}: connection closed`)));
    socket.on("connect", () =>
      socket.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])),
    );
    socket.on("data", (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      if (buffered.length < 2 || buffered.length < 2 + buffered.readUInt16BE(0)) return;
      resolve(buffered.subarray(2, 2 + buffered.readUInt16BE(0)));
      socket.destroy();
    });
  });
}

interface ReplyOptions {
  readonly additionals: readonly WireRecord[];
  readonly code: number;
  readonly zone: string;
  readonly transport: Transport;
}

/** A reply that fits the transport: what is too long for UDP is cut and says so. */
function fit(
  query: Packet,
  answers: readonly WireRecord[],
  { additionals, code, zone, transport }: ReplyOptions,
): Buffer {
  const opt = query.additionals?.find((record) => record.type === "OPT") as { udpPayloadSize?: number } | undefined;
  const limit =
    transport === "tcp" ? 65_535 : Math.min(UDP_BYTES_MAX, Math.max(UDP_BYTES_PLAIN, opt?.udpPayloadSize ?? 0));
  const flags = AUTHORITATIVE | RECURSION_AVAILABLE | (RECURSION_DESIRED & (query.flags ?? 0)) | code;
  const packet = (records: readonly WireRecord[], more: readonly WireRecord[], extra: number): Buffer =>
    encode({
      type: "response",
      id: query.id,
      flags: flags | extra,
      questions: query.questions,
      answers: [...records],
      authorities: records.length === 0 ? [startOfAuthority(zone)] : [],
      additionals: [
        ...more,
        ...(opt
          ? [{ type: "OPT", name: ".", udpPayloadSize: UDP_BYTES_MAX, flags: 0, options: [] } as unknown as WireRecord]
          : []),
      ],
    });
  const whole = packet(answers, additionals, 0);
  if (whole.length <= limit) return whole;
  const plain = packet(answers, [], 0);
  if (plain.length <= limit) return plain;
  let kept = answers.length;
  for (;;) {
    kept = Math.floor(kept / 2);
    const cut = packet(answers.slice(0, kept), [], TRUNCATED);
    if (cut.length <= limit || kept === 0) return cut;
  }
}

function startOfAuthority(zone: string): WireRecord {
  return {
    type: "SOA",
    name: zone,
    ttl: TTL_SECONDS,
    data: {
      mname: `ns.dns.${zone}`,
      rname: `hostmaster.${zone}`,
      serial: 1,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: TTL_SECONDS,
    },
  };
}

/** An error in answer to a message; with its question, as far as it could be read. */
function errorReply(message: Buffer, code: number): Buffer {
  const flags = (message.readUInt16BE(2) & (RECURSION_DESIRED | OPCODE)) | RECURSION_AVAILABLE | code;
  return encode({ type: "response", id: message.readUInt16BE(0), flags, questions: questionsOf(message) });
}

function questionsOf(message: Buffer): Packet["questions"] {
  try {
    return decode(message).questions ?? [];
  } catch {
    return [];
  }
}

function splitAddress(text: string): { host: string; port: number } {
  const match = /^\[(.+)\]:(\d+)$|^([^:]+):(\d+)$/.exec(text);
  return match ? { host: (match[1] ?? match[3])!, port: Number(match[2] ?? match[4]) } : { host: text, port: 53 };
}
