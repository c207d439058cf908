import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Clock, realClock } from "../../base/index.ts";
import { answerOf, type Client, createClient, httpsTransport, loadKubeconfig } from "../../client/index.ts";

/** What every command that asks the API server takes. */
export interface ConnectionArguments {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** A client and where it stands. */
export interface Session extends AsyncDisposable {
  readonly client: Client;
  readonly clock: Clock;
  readonly server: string;
  /** The namespace that is meant when none is said. */
  readonly namespace: string;
}

/** Opens the cluster of --kubeconfig, $KUBECONFIG or the default data directory. */
export function openSession(options: ConnectionArguments): Session {
  const path = findKubeconfig(options.kubeconfig);
  const connection = loadKubeconfig(readFileSync(path, "utf8"), {
    ...(options.context !== undefined && { context: options.context }),
    readFile: (file) => readFileSync(resolve(dirname(path), file), "utf8"),
  });
  const clock = realClock();
  const transport = httpsTransport({ ...connection, clock });
  return {
    client: createClient({ transport, clock, userAgent: "navarch" }),
    clock,
    server: connection.server,
    namespace: options.namespace ?? connection.namespace,
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}

function findKubeconfig(given: string | undefined): string {
  if (given !== undefined) {
    if (existsSync(given)) return given;
    throw new Error(`find kubeconfig: ${given} does not exist`);
  }
  const candidates = [
    ...(process.env.KUBECONFIG ?? "").split(":").filter(Boolean),
    ...(process.getuid?.() === 0 ? ["/var/lib/navarch/kubeconfig"] : []),
    join(homedir(), ".local", "share", "navarch", "kubeconfig"),
  ];
  const found = candidates.find(existsSync);
  if (found !== undefined) return found;
  throw new Error(
    `find kubeconfig: none at ${candidates.join(" or ")}, wanted --kubeconfig FILE or a cluster started by \`navarch up\``,
  );
}

/** A JSON answer. */
export async function ask<T>(session: Session, path: string, query = "", accept = "application/json"): Promise<T> {
  return (await answerOf(await session.client.raw({ path, query, headers: { accept } }))) as T;
}
