import type { Duplex, UpgradedConnection, UpgradedStream } from "../../net/index.ts";
import { messageOf } from "../errors.ts";

export const PORT_FORWARD_PROTOCOL = "portforward.k8s.io";

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

async function forward(
  data: UpgradedStream,
  error: UpgradedStream | undefined,
  port: number,
  dial: (port: number) => Promise<Duplex>,
): Promise<void> {
  try {
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`invalid port "${port}"`);
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
