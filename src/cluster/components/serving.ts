import { own } from "../../base/index.ts";
import { hostname } from "node:os";
import {
  type ApiResponse,
  type Handler,
  type Listener,
  type ListenOptions,
  listen,
  type ServerTls,
} from "../../net/index.ts";
import { createAuthority, issueKeyPair } from "../../pki/index.ts";
import type { Client } from "../../client/index.ts";
import { ConfigError } from "../errors.ts";
import { type HealthFlags, readFlagFile } from "../flags/index.ts";
import type { ComponentEnvironment } from "./environment.ts";
import { allowed } from "./guard.ts";

const CLOSE_MS = 500;

/** The certificate that the flags name, or one made for this run by an authority that nobody knows. */
export function servingTls(
  flags: { readonly "tls-cert-file"?: string; readonly "tls-private-key-file"?: string },
  name: string,
  { clock, random }: Pick<ComponentEnvironment, "clock" | "random">,
): ServerTls {
  const cert = flags["tls-cert-file"];
  const key = flags["tls-private-key-file"];
  if ((cert === undefined) !== (key === undefined))
    throw new ConfigError("read --tls-cert-file: it goes with --tls-private-key-file, wanted both or neither");
  if (cert !== undefined && key !== undefined)
    return { cert: readFlagFile("tls-cert-file", cert), key: readFlagFile("tls-private-key-file", key) };
  const authority = createAuthority({ clock, random, commonName: `${name}-ca` });
  const made = issueKeyPair(authority, {
    clock,
    random,
    subject: { commonName: name },
    usages: ["server auth"],
    sans: { dns: ["localhost", hostname().toLowerCase()], ip: ["127.0.0.1", "::1"] },
  });
  return { cert: made.certificatePem, key: made.keyPem };
}

/** Listens until the scope closes; a port that can't be had is said in one sentence. */
export async function listenFor(
  environment: Pick<ComponentEnvironment, "clock" | "log" | "scope">,
  options: Omit<ListenOptions, "clock" | "log"> & { readonly tls: ServerTls },
): Promise<Listener> {
  const { clock, log, scope } = environment;
  const { host, port } = options;
  const listener = await listen({ ...options, clock, log }).catch((error) => {
    const code = error.code ?? error.cause?.code;
    const problem = own(LISTEN_PROBLEMS, code as string);
    if (problem) throw new ConfigError(`listen: port ${port} on ${host} ${problem}`, { cause: error });
    throw error;
  });
  scope.defer(() => listener.close(CLOSE_MS));
  return listener;
}

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use, wanted a free one",
  EACCES: "needs more rights than this user has",
  EADDRNOTAVAIL: "can't be listened on: this machine doesn't have that address",
};

export interface HealthOptions {
  readonly name: string;
  readonly flags: HealthFlags;
  readonly port: number;
  /** What answers other paths, for those whom the API server lets. */
  readonly guarded?: { readonly client: Client; readonly handler: Handler };
}

/** Serves /healthz, /livez and /readyz over TLS, if the flags give a port. */
export async function serveHealth(environment: ComponentEnvironment, component: HealthOptions): Promise<void> {
  const { flags, name } = component;
  const port = flags["secure-port"] ?? component.port;
  if (port === 0) return;
  const tls = servingTls(flags, name, environment);
  await listenFor(environment, {
    host: flags["bind-address"] ?? "0.0.0.0",
    port,
    tls,
    handler: healthOr(component.guarded),
  });
}

function healthOr(guarded: HealthOptions["guarded"]): Handler {
  if (!guarded) return health;
  const other = allowed(guarded.client, guarded.handler);
  return (request) => (HEALTH_PATHS.has(request.path) ? health(request) : other(request));
}

const HEALTH_PATHS = new Set(["/healthz", "/livez", "/readyz"]);

async function health({ path }: { readonly path: string }): Promise<ApiResponse> {
  const [status, text] = HEALTH_PATHS.has(path) ? [200, "ok"] : [404, "404 page not found\n"];
  const bytes = new TextEncoder().encode(text);
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: { type: "bytes", bytes } };
}
