import { connect, createServer, type Server, type Socket } from "node:net";

const CONNECT_TIMEOUT_MS = 2_000;

/** Hands connections to one of several servers in turn, passing over those that don't take them. */
export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;

  private constructor(backends: readonly string[], port: number) {
    this.#server = createServer((client) => {
      this.#keep(client);
      this.#hand(client, backends, { port, attempt: 0 });
    });
  }

  static async listen(host: string, port: number, backends: readonly string[]): Promise<Balancer> {
    const balancer = new Balancer(backends, port);
    await new Promise<void>((resolve) => balancer.#server.listen(port, host, resolve));
    return balancer;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  }

  #hand(client: Socket, backends: readonly string[], { port, attempt }: { port: number; attempt: number }): void {
    if (attempt === backends.length) return void client.destroy();
    const backend = connect({ host: backends[this.#turn++ % backends.length]!, port });
    this.#keep(backend);
    const timer = setTimeout(() => backend.destroy(new Error("too slow")), CONNECT_TIMEOUT_MS);
    let isConnected = false;
    backend.on("connect", () => {
      isConnected = true;
      clearTimeout(timer);
      client.pipe(backend).pipe(client);
    });
    backend.on("close", () => {
      clearTimeout(timer);
      if (isConnected) client.destroy();
      else this.#hand(client, backends, { port, attempt: attempt + 1 });
    });
    client.on("close", () => backend.destroy());
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
