import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Where no port is handed out by itself: below those that the kernel gives to whoever wants any, and to the near end of
 * each connection, above those of well-known servers, and outside the node ports of clusters. So nobody takes a port
 * between this and the start of who it is for, nor while that one starts anew.
 */
const [FIRST, LAST] = [20_000, 29_999];

/** A port of 127.0.0.1 that is free and stays so. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  // Of all addresses: who listens on any of them has it.
  const server = createServer().listen(port);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
