import { timingSafeEqual } from "node:crypto";
import { type Clock, cryptoRandom, type Log, realClock, type Scope, VirtualClock } from "../../base/index.ts";
import { writeKubeconfig } from "../../client/index.ts";
import { type Handler, listen } from "../../net/index.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../pki/index.ts";
import { IDENTITIES } from "../identities.ts";

export interface ListenOptions {
  /** Default any free one. */
  readonly port?: number;
  /** Virtual clock only: virtual milliseconds for each real one. Default 1. */
  readonly pace?: number;
}

/** A cluster that real clients can reach on this machine. */
export interface ClusterListener extends AsyncDisposable {
  readonly url: string;
  /** A kubeconfig with all rights, as text. */
  readonly kubeconfig: string;
  /** PEM of the authority that made the serving certificate. */
  readonly ca: string;
  /** The bearer token of that kubeconfig. */
  readonly token: string;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const CLOSE_MS = 500;
const TOKEN_BYTES = 24;

export interface Listenable {
  readonly handle: Handler;
  readonly log: Log;
  readonly scope: Scope;
}

/**
 * Serves a cluster over TLS on loopback. Certificates and the token are made from the machine's time and randomness, since
 * those who check them live there; nothing of the cluster's own seed is used up.
 */
export async function serveCluster(
  { handle, log, scope }: Listenable,
  { port = 0 }: ListenOptions,
): Promise<ClusterListener> {
  const clock = realClock();
  const random = cryptoRandom();
  const authority = createAuthority({ clock, random, commonName: "navarch-listener-ca" });
  const { certificatePem: cert, keyPem: key } = issueKeyPair(authority, {
    clock,
    random,
    subject: { commonName: "navarch" },
    usages: ["server auth"],
    sans: { dns: ["localhost"], ip: [HOST, "::1"] },
  });
  const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url");
  const handler = asAdministrator(handle, token);
  const listener = await listen({ host: HOST, port, tls: { cert, key }, handler, log, clock });
  const close = () => listener.close(CLOSE_MS);
  scope.defer(close);
  const url = `https://${HOST}:${listener.port}`;
  const ca = certificateToPem(authority.certificate);
  return {
    url,
    ca,
    token,
    kubeconfig: writeKubeconfig({ server: url, ca, token }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Requests with the token come from the administrator; all others say themselves who they come from. */
function asAdministrator(handle: Handler, token: string): Handler {
  const wanted = Buffer.from(`Bearer ${token}`);
  return (request) => {
    const given = Buffer.from(request.headers.authorization ?? "");
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return handle(request);
    const { authorization: _, ...headers } = request.headers;
    return handle({ ...request, headers, peer: { ...request.peer, identity: IDENTITIES.admin } });
  };
}

/** How often virtual time follows real time. */
const TICK_MS = 10;

/**
 * Moves a virtual clock. Tests move it by hand, one at a time; while a cluster listens it also goes along with real time,
 * so that what real clients wait for comes about. Both take turns: two that step one clock would pass each other's timers.
 */
export class TimeKeeper {
  readonly #clock: VirtualClock;
  #last: Promise<unknown> = Promise.resolve();
  #followers = 0;
  #isTicking = false;
  #pace = 1;
  /** Real time up to which virtual time has gone along. */
  #beginMs = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Runs what moves the clock once everything before it is done. */
  move<T>(work: (clock: VirtualClock) => Promise<T>): Promise<T> {
    const done = this.#last.then(() => work(this.#clock));
    this.#last = done.catch(() => {});
    return done;
  }

  /** Lets virtual time go along with real time until the function that it returns is called. The last one's pace holds. */
  follow(pace: number, real: Clock = realClock()): () => void {
    this.#pace = pace;
    // Several listeners on one cluster don't make time run faster.
    if (this.#followers++ === 0) this.#beginMs = real.monotonicMs();
    if (!this.#isTicking) this.#tick(real);
    return () => this.#followers--;
  }

  #tick(real: Clock): void {
    this.#isTicking = true;
    real.timer(TICK_MS, () => {
      if (this.#followers === 0) this.#isTicking = false;
      else void this.#catchUp(real).finally(() => this.#tick(real));
    });
  }

  #catchUp(real: Clock): Promise<void> {
    return this.move((clock) => {
      // Whole milliseconds, as everything that reads the clock expects; the rest counts the next time.
      const passedMs = Math.floor((real.monotonicMs() - this.#beginMs) * this.#pace);
      this.#beginMs += passedMs / this.#pace;
      return clock.advance(passedMs);
    });
  }
}

/** The keeper of a clock that is virtual; undefined for the machine's. */
export function keeperOf(clock: Clock): TimeKeeper | undefined {
  return clock instanceof VirtualClock ? new TimeKeeper(clock) : undefined;
}
