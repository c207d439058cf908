/** Either end of a channel between two threads: a MessagePort, a Worker, or a Worker's way to who made it. */
export interface ThreadPort {
  postMessage(message: unknown, moved: ArrayBuffer[]): void;
  on(event: "message", listener: (message: Message) => void): unknown;
}

/** A result with memory that goes over to the other thread, and is gone here: copying a lot of it takes both a while. */
export class Moved {
  readonly result: unknown;
  readonly memory: ArrayBuffer[];

  constructor(result: unknown, memory: ArrayBuffer[]) {
    this.result = result;
    this.memory = memory;
  }
}

/** Answers a call by its name; the signal aborts when the caller no longer wants to know. */
export type Answer = (name: string, values: readonly unknown[], signal: AbortSignal) => unknown;

type Message =
  | { readonly type: "call"; readonly id: number; readonly name: string; readonly values: readonly unknown[] }
  | { readonly type: "result"; readonly id: number; readonly result: unknown }
  | { readonly type: "failure"; readonly id: number; readonly message: string; readonly code: string | undefined }
  | { readonly type: "abort"; readonly id: number };

/** What the other thread failed with; its code is that of the error that it had. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Calls between two threads, in both directions. What is passed is copied: data, no functions. */
export class ThreadCalls {
  readonly #port: ThreadPort;
  readonly #answer: Answer;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #answering = new Map<number, AbortController>();
  #last = 0;
  #over: Error | undefined;

  constructor(port: ThreadPort, answer: Answer) {
    this.#port = port;
    this.#answer = answer;
    port.on("message", (message) => this.#take(message));
  }

  /** Asks the other thread; rejects with a {@link ThreadError} when that fails. */
  call(name: string, values: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    if (this.#over) return Promise.reject(this.#over);
    const id = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#port.postMessage({ type: "call", id, name, values }, []);
    const abort = () => this.#port.postMessage({ type: "abort", id }, []);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    return waiting.promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Tells the other thread something that nobody waits for. */
  tell(name: string, values: readonly unknown[]): void {
    if (!this.#over) this.#port.postMessage({ type: "call", id: 0, name, values }, []);
  }

  /** The other thread is gone: nobody answers what is asked. */
  end(error: Error): void {
    this.#over ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const controller of this.#answering.values()) controller.abort(error);
  }

  #take(message: Message): void {
    switch (message.type) {
      case "call":
        void this.#answered(message);
        return;
      case "result":
        return this.#settled(message.id)?.resolve(message.result);
      case "failure":
        return this.#settled(message.id)?.reject(new ThreadError(message.message, message.code));
      case "abort":
        return this.#answering.get(message.id)?.abort();
      default:
        return message satisfies never;
    }
  }

  #settled(id: number): PromiseWithResolvers<unknown> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  async #answered({ id, name, values }: Extract<Message, { type: "call" }>): Promise<void> {
    const controller = new AbortController();
    if (id > 0) this.#answering.set(id, controller);
    const reply = await Promise.try(this.#answer, name, values, controller.signal).then(
      (result) => (result instanceof Moved ? result : new Moved(result, [])),
      failureOf,
    );
    this.#answering.delete(id);
    if (id === 0 || this.#over) return;
    if (reply instanceof Moved) this.#port.postMessage({ type: "result", id, result: reply.result }, reply.memory);
    else this.#port.postMessage({ type: "failure", id, ...reply }, []);
  }
}

function failureOf(error: { readonly message?: string; readonly code?: string }) {
  return { message: error.message ?? String(error), code: error.code };
}

/** Bytes that can be passed without what else lies in the same memory. */
export function passableBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}
