import { createHttpClient, type HttpClient, type HttpClientOptions } from "../../net/index.ts";

export interface ClientsOptions extends Omit<HttpClientOptions, "server"> {
  /** Servers whose connections are kept; the one not used for longest goes first. */
  readonly clientsMax: number;
}

/** Clients by where they lead, kept while they are used. */
export class Clients {
  readonly #options: ClientsOptions;
  readonly #clients = new Map<string, HttpClient>();

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  of(server: string): HttpClient {
    const client = this.#clients.get(server) ?? createHttpClient({ ...this.#options, server });
    this.#clients.delete(server);
    this.#clients.set(server, client);
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
