import type { Connections } from "./load.ts";
import type { Row } from "./scenario.ts";

/** The longest stall of the server's event loop since this was last asked. */
export async function stallRow(connections: Connections, during: string): Promise<Row> {
  const { body } = await connections.call({ method: "GET", path: "/metrics" });
  const seconds = /^nodejs_eventloop_stall_max_seconds (\S+)$/m.exec(body.toString())?.[1];
  if (seconds === undefined) throw new Error("read stall: /metrics doesn't tell");
  return { what: `${during}: longest stall`, value: Number(seconds) * 1000, unit: "ms" };
}
