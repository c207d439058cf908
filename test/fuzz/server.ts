import { Scope, seededRandom, silentLog, VirtualClock } from "../../src/base/index.ts";
import { createApiServer } from "../../src/apiserver/index.ts";
import { openMemoryStore } from "../../src/store/index.ts";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is bytes or text already. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Of the thread that serves: what other work on the machine doesn't lengthen. */
  readonly cpuMs: number;
}

/** Longer than the server waits for anything. */
const PATIENCE_MS = 120_000;
/** Turns of the event loop after which a call waits for time to pass. */
const TURNS_MAX = 200;
const IDENTITY = { name: "admin", groups: ["system:masters"] };

/** An API server in this process, under a clock that moves when a call waits for it. */
export async function startServer(): Promise<{ call(call: Call): Promise<Answer>; close(): Promise<void> }> {
  const clock = new VirtualClock();
  const scope = Scope.logging(silentLog);
  const options = { store: openMemoryStore(), clock, random: seededRandom(1), log: silentLog, scope };
  const { handle, ready } = createApiServer(options);
  await ready;
  const call = async ({ method, path, query = "", headers = {}, body }: Call): Promise<Answer> => {
    const abort = new AbortController();
    const before = process.threadCpuUsage();
    const peer = { address: "127.0.0.1", identity: IDENTITY };
    const answer = handle({ method, path, query, headers, body: bodyOf(body), peer, signal: abort.signal });
    const done = await settled(answer, clock);
    const text = done.body.type === "bytes" ? Buffer.from(done.body.bytes).toString() : "";
    const { user, system } = process.threadCpuUsage(before);
    abort.abort();
    const contentType = String(new Map(Object.entries(done.headers)).get("content-type") ?? "");
    return { status: done.status, contentType, text, cpuMs: (user + system) / 1000 };
  };
  return { call, close: () => scope.close() };
}

async function settled<T>(answer: Promise<T>, clock: VirtualClock): Promise<T> {
  let open = true;
  const close = () => void (open = false);
  answer.then(close, close);
  for (let turn = 0; open; turn++) {
    if (turn > TURNS_MAX) await clock.advance(PATIENCE_MS);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  return answer;
}

function bodyOf(value: unknown) {
  if (value === undefined) return { type: "none" } as const;
  if (value instanceof Uint8Array) return { type: "bytes", bytes: value } as const;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { type: "bytes", bytes: new TextEncoder().encode(text) } as const;
}
