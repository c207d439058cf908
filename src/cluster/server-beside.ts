import { extname, join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import type { ApiServerOptions, StorageMediaType } from "../apiserver/index.ts";
import type { Clock, Log, LogFields, LogLevel, Scope, Timer } from "../base/index.ts";
import {
  answerPassed,
  type ApiRequest,
  type ApiResponse,
  type PassedRequest,
  type PassedResponse,
  passRequest,
  responsePassed,
  ThreadCalls,
} from "../net/index.ts";
import { serveStore, type Store } from "../store/index.ts";
import type { ApiServerFlags } from "./flags/index.ts";
import type { BesideData } from "./apiserver-thread.ts";

/** Beside this file both in the tree and in a bundle, whose files lie two folders deep as well. */
const THREAD = join(import.meta.dirname, "../cluster", `apiserver-thread${extname(import.meta.filename)}`);
/** Requests that are worked on at a time; each may take some hundred megabytes. The others have a seat and wait. */
const REQUESTS_MAX = 4;
/** What those take many times over; a thread that needs more ends alone. */
const HEAP_MEGABYTES_MAX = 2048;
/** What is wrong with a million values is passed on as so many arguments. */
const STACK_MEGABYTES = 64;
/** How long the thread stays when there is nothing to do: starting it takes about a second. */
const IDLE_MS = 60_000;

export interface BesideOptions {
  readonly flags: ApiServerFlags;
  readonly storageMediaType: StorageMediaType;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly scope: Scope;
  readonly dial?: NonNullable<ApiServerOptions["dial"]>;
}

interface Thread {
  readonly worker: Worker;
  readonly calls: ThreadCalls;
}

/**
 * A server in a thread of its own, over the same store, for requests that would hold up others. Most processes never start
 * it, and it ends when it has had nothing to do for a while.
 */
export class ServerBeside {
  readonly #options: BesideOptions;
  #thread: Thread | undefined;
  #working = 0;
  readonly #waiting: (() => void)[] = [];
  #idle: Timer | undefined;

  constructor(options: BesideOptions) {
    this.#options = options;
    options.scope.defer(() => this.#end());
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    if (this.#working === REQUESTS_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#working++;
    this.#idle?.cancel();
    try {
      request.signal.throwIfAborted();
      const { calls, worker } = (this.#thread ??= this.#start());
      worker.ref();
      const revision = await this.#options.store.revision();
      const passed = await passRequest(request);
      return responsePassed((await calls.call("handle", [passed, revision], request.signal)) as PassedResponse);
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) return next();
    this.#working--;
    if (this.#working > 0) return;
    // A process that ends doesn't wait for a thread that does nothing.
    this.#thread?.worker.unref();
    this.#idle = this.#options.clock.timer(IDLE_MS, () => void this.#end());
  }

  #start(): Thread {
    const { flags, storageMediaType, store, dial, log } = this.#options;
    const { port1, port2 } = new MessageChannel();
    const data: BesideData = { flags, storageMediaType, store: port2, hasInside: dial !== undefined };
    const worker = new Worker(THREAD, {
      name: "apiserver",
      workerData: data,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX, stackSizeMb: STACK_MEGABYTES },
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    port1.unref();
    const endStore = serveStore(store, port1);
    const calls = new ThreadCalls(worker, (name, values, signal) => this.#answer(name, values, signal));
    const thread = { worker, calls };
    worker.on("error", (error) => log.error("The server beside failed", { error }));
    worker.on("exit", () => {
      endStore();
      port1.close();
      calls.end(new Error("the server beside has ended"));
      if (this.#thread === thread) this.#thread = undefined;
    });
    return thread;
  }

  async #answer(name: string, values: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    if (name === "log") return this.#log(...(values as [LogLevel, string, LogFields]));
    const [target, request] = values as [Parameters<NonNullable<ApiServerOptions["dial"]>>[0], PassedRequest];
    const inside = await this.#options.dial?.(target);
    return name === "isInside" ? inside !== undefined : answerPassed(inside!, request, signal);
  }

  #log(level: LogLevel, message: string, fields: LogFields): void {
    this.#options.log[level](message, fields);
  }

  async #end(): Promise<void> {
    this.#idle?.cancel();
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.worker.terminate();
  }
}
