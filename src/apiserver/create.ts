import type { Clock, Log, Random, Scope } from "../base/index.ts";
import type { Handler } from "../net/message.ts";
import type { Store } from "../store/index.ts";
import { bearerTokens, clientCertificates, inProcess, type StaticToken, staticTokens } from "./authn/authn.ts";
import { alwaysAllow, masters, rbac } from "./authz/rbac.ts";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import type { Authorizer, Reads } from "./contracts.ts";
import { serverCore } from "./server.ts";

export interface ApiServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
  /** Entries of a token file. */
  readonly tokens?: readonly StaticToken[];
  /** Default RBAC. */
  readonly authorizationModes?: readonly ("RBAC" | "AlwaysAllow")[];
  /** Requests without credentials are system:anonymous. Default true. */
  readonly anonymousAuth?: boolean;
  /** host:port that clients are told to use. Default "127.0.0.1:6443". */
  readonly serverAddress?: string;
  readonly maxRequestsInflight?: number;
  readonly maxMutatingRequestsInflight?: number;
}

/** A server without a socket. */
export interface ApiServer {
  /** Answers any request. */
  readonly handle: Handler;
  /** Resolves once what every cluster holds is there. */
  readonly ready: Promise<void>;
}

/** Puts an API server over a store. It ends with its scope. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const core = serverCore({
    ...options,
    anonymous: options.anonymousAuth ?? true,
    serverAddress: options.serverAddress ?? "127.0.0.1:6443",
    maxRequestsInflight: options.maxRequestsInflight ?? 400,
    maxMutatingRequestsInflight: options.maxMutatingRequestsInflight ?? 200,
    parts: ({ reads }) => ({
      authenticators: [inProcess, clientCertificates(), bearerTokens([staticTokens(options.tokens ?? [])])],
      authorizers: authorizers(options, reads),
      admission: [],
      handlers: new Map(),
      hooks: new Map(),
      paths: new Map(),
    }),
  });
  const ready = bootstrap(core).then(() => core.setReady());
  return { handle: core.handle, ready };
}

function authorizers({ authorizationModes = ["RBAC"] }: ApiServerOptions, reads: Reads): Authorizer[] {
  return [masters, ...authorizationModes.map((mode) => (mode === "RBAC" ? rbac(reads) : alwaysAllow))];
}
