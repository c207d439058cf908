import type { ApiResponse, Handler } from "../net/index.ts";
import type { ComponentEnvironment } from "./components/environment.ts";
import { listenFor } from "./components/serving.ts";
import { ConfigError } from "./errors.ts";

/** Where monitoring expects a node's kubelet. */
const PORT = 10250;
const NOT_READY: ApiResponse = { status: 503, headers: {}, body: { type: "none" } };

export interface NodeDoor {
  readonly port: number;
  /** What answers from now on. */
  open(handler: Handler): void;
}

/**
 * Takes the port that a node will say its kubelet serves on, before there is a kubelet. The usual one, unless the machine
 * has another kubelet there; one that was asked for must be free.
 */
export async function takeNodeDoor(
  environment: ComponentEnvironment,
  {
    host,
    port,
    tls,
  }: {
    readonly host: string;
    readonly port: number | undefined;
    readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  },
): Promise<NodeDoor> {
  let handler: Handler = async () => NOT_READY;
  const listenOn = (wanted: number) =>
    listenFor(environment, { host, port: wanted, tls, handler: (request) => handler(request) });
  const listener = await listenOn(port ?? PORT).catch((error) => {
    if (port !== undefined || !(error instanceof ConfigError)) throw error;
    return listenOn(0);
  });
  return {
    port: listener.port,
    open(answers) {
      handler = answers;
    },
  };
}
