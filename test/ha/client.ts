import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";

const TIMEOUT_MS = 30_000;

export interface Answer {
  readonly status: number;
  readonly body: Kube;
}

/** Any object, as far as these tests look into it. */
export interface Kube {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly uid?: string;
  };
  readonly items?: readonly Kube[];
  readonly [field: string]: unknown;
}

export interface WatchedEvent {
  readonly type: string;
  readonly object: Kube;
}

/** Somebody who holds the administrator's certificate and speaks to one address. Knows nothing of our own client. */
export class KubeClient {
  readonly address: string;
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor(address: string, directory: string, { timeoutMs = TIMEOUT_MS } = {}) {
    this.address = address;
    this.#timeoutMs = timeoutMs;
    const read = (name: string) => readFileSync(join(directory, "pki", name), "utf8");
    const tls = { ca: read("ca.crt"), cert: read("admin.crt"), key: read("admin.key") };
    this.#agent = new Agent({ keepAlive: true, ...tls });
  }

  /** What the server answers; throws when it is not known whether there was one. */
  send(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, method, headers: { "content-type": "application/json" } };
      const sent = request(`https://${this.address}${path}`, options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          const isJson = response.headers["content-type"]?.startsWith("application/json");
          resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : { metadata: {}, text } });
        });
      });
      // One of the request's own begins only when there is a connection, which a machine that is cut off doesn't take.
      const late = setTimeout(
        () => sent.destroy(new Error(`${method} ${path}: no answer from ${this.address}`)),
        this.#timeoutMs,
      );
      sent.on("close", () => clearTimeout(late));
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The same, for answers that have to be good. */
  async must(method: string, path: string, body?: unknown): Promise<Kube> {
    const answer = await this.send(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Hears events until the server ends the stream, the connection breaks or the signal says so. */
  watch(path: string, hear: (event: WatchedEvent) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sent = request(`https://${this.address}${path}`, { agent: this.#agent, signal }, (response) => {
        let rest = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          silent.refresh();
          const lines = (rest + chunk).split("\n");
          rest = lines.pop()!;
          for (const line of lines) hear(JSON.parse(line));
        });
        response.on("error", () => resolve());
        response.on("close", () => resolve());
      });
      // Nothing at all for this long: the server is stopped or cut off.
      const silent = setTimeout(() => sent.destroy(), this.#timeoutMs);
      sent.on("error", () => resolve());
      sent.on("close", () => {
        clearTimeout(silent);
        resolve();
      });
      sent.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
