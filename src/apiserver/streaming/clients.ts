import { type ClientTls, createHttpClient, type HttpClient, type HttpClientOptions } from "../../net/index.ts";

export interface ClientsOptions extends Omit<HttpClientOptions, "server"> {
  /** Servers whose connections are kept; the one not used for longest goes first. */
  readonly clientsMax: number;
}

/** Clients by where they lead and whom they trust, kept while they are used. */
export class Clients {
  readonly #options: ClientsOptions;
  readonly #clients = new Map<string, HttpClient>();

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  of(server: string, tls: ClientTls | undefined = this.#options.tls): HttpClient {
    const key = tls === this.#options.tls ? server : JSON.stringify([server, tls]);
    const client = this.#clients.get(key) ?? createHttpClient({ ...this.#options, server, ...(tls && { tls }) });
    this.#clients.delete(key);
    this.#clients.set(key, client);
    if (this.#clients.size > this.#options.clientsMax) {
      const [oldest, idle] = this.#clients.entries().next().value!;
      idle.close();
      this.#clients.delete(oldest);
    }
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}
