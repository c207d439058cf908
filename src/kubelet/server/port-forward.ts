import { messageOf } from "../../base/index.ts";
import type { Duplex, UpgradedConnection, UpgradedStream } from "../../net/index.ts";

export const PORT_FORWARD_PROTOCOL = "portforward.k8s.io";
/** WebSockets with two channels for each port, which the address names: clients that aren't kubectl. */
export const PORT_CHANNEL_PROTOCOLS = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"] as const;

/** Serves every port a client asks for, as pairs of an error and a data stream with the same request id. */
export async function servePortForward(
  connection: UpgradedConnection,
  dial: (port: number) => Promise<Duplex>,
): Promise<void> {
  const waiting = new Map<string, UpgradedStream>();
  for await (const stream of connection.streams) {
    const { port = "", requestid = "", streamtype } = stream.headers;
    const key = requestid === "" ? port : requestid;
    if (streamtype === "error") waiting.set(key, stream);
    else if (streamtype === "data") {
      const error = waiting.get(key);
      waiting.delete(key);
      void forward(stream, error, Number(port), dial);
    }
  }
}

/**
 * Serves the ports that a client named beforehand: channel 2n carries the bytes of the nth, 2n+1 what went wrong. Each begins
 * with the port's number, the lower byte first, so that the client knows whose it is.
 */
export async function servePortChannels(
  connection: UpgradedConnection,
  ports: readonly number[],
  dial: (port: number) => Promise<Duplex>,
): Promise<void> {
  const serve = async (port: number, index: number) => {
    const [data, error] = [connection.channel(2 * index), connection.channel(2 * index + 1)];
    const name = Uint8Array.of(port & 0xff, port >> 8);
    await data.write(name);
    await error.write(name);
    await forward(data, error, port, dial);
  };
  try {
    await Promise.race([Promise.all(ports.map(serve)), connection.closed]);
  } finally {
    connection.close();
  }
}

/** The ports of an address's query: one or several of them, each a list with commas. Says what is wrong with it. */
export function portsOf(query: URLSearchParams): readonly number[] | string {
  const texts = query.getAll("port");
  if (texts.length === 0) return 'query parameter "port" is required';
  if (texts.includes("")) return 'query parameter "port" cannot be empty';
  const names = texts.flatMap((text) => text.split(","));
  const bad = names.find((name) => !/^\d{1,5}$/.test(name) || Number(name) > PORT_MAX || Number(name) < 1);
  if (bad === undefined) return names.map(Number);
  return /^0+$/.test(bad)
    ? `port ${JSON.stringify(bad)} must be > 0`
    : `unable to parse ${JSON.stringify(bad)} as a port`;
}

const PORT_MAX = 65_535;

async function forward(
  data: UpgradedStream,
  error: UpgradedStream | undefined,
  port: number,
  dial: (port: number) => Promise<Duplex>,
): Promise<void> {
  try {
    if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) throw new Error(`invalid port "${port}"`);
    await connectBoth(data, await dial(port));
  } catch (problem) {
    const text = `an error occurred forwarding ${port}: ${messageOf(problem)}`;
    await error?.write(new TextEncoder().encode(text)).catch(() => {});
  } finally {
    await data.end().catch(() => {});
    await error?.end().catch(() => {});
  }
}

/** Copies both ways until the server's side has said all. */
async function connectBoth(client: UpgradedStream, target: Duplex & { end?(): Promise<void> }): Promise<void> {
  const inbound = (async () => {
    try {
      for await (const chunk of client.incoming) await target.write(chunk);
      await target.end?.();
    } catch {
      target.close();
    }
  })();
  try {
    for await (const chunk of target.incoming) await client.write(chunk);
  } finally {
    target.close();
  }
  void inbound;
}
