import type { KeyObject } from "node:crypto";
import { type KubeObject, Node, Pod, Secret, ServiceAccount, unauthorized } from "../../api/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import {
  audiencesOf,
  type JwtClaims,
  type JwtKey,
  jwtKey,
  type PrivateKey,
  PkiError,
  type PkiErrorCode,
  signJwt,
  verifyJwt,
} from "../../pki/index.ts";
import type { Authenticated, Reads } from "../contracts.ts";
import { tokenFault } from "./token-fault.ts";

export interface ServiceAccountOptions {
  readonly issuer: string;
  /** Who may be meant by a token for the API server; the first is used when a request names none. */
  readonly audiences: readonly string[];
  readonly key: PrivateKey;
  readonly otherKeys?: readonly KeyObject[];
  readonly otherIssuers?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly reads: Reads;
}

/** What a token is bound to; it dies with it. */
export interface BoundObject {
  readonly kind: "Pod" | "Secret" | "Node";
  readonly name: string;
  readonly uid: string;
}

interface Claims extends JwtClaims {
  readonly "kubernetes.io"?: {
    readonly namespace?: string;
    readonly serviceaccount?: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly secret?: { readonly name: string; readonly uid: string };
    readonly node?: { readonly name: string; readonly uid?: string };
    readonly warnafter?: number;
  };
}

function wrongAudience(named: readonly string[], wanted: readonly string[]): Error {
  const list = (audiences: readonly string[]) => `[${audiences.map((one) => JSON.stringify(one)).join(" ")}]`;
  return tokenFault(`token audiences ${list(named)} is invalid for the target audiences ${list(wanted)}`);
}

const INVALIDATED = "service account token has been invalidated";

/** What is said of a token that says it is ours, by what is wrong with it; others are not ours. */
const FAULTS: Partial<Record<PkiErrorCode, string>> = {
  unknownKey: "invalid signature, no keys found",
  badSignature: "go-jose/go-jose: error in cryptographic primitive",
  expired: "service account token has expired",
  notYetValid: "service account token claims could not be validated due to unexpected validation error",
};

/** Issues and reads the tokens of service accounts. */
export class ServiceAccountTokens {
  readonly #options: ServiceAccountOptions;
  readonly #keys: readonly JwtKey[];

  constructor(options: ServiceAccountOptions) {
    this.#options = options;
    this.#keys = [options.key.publicKey, ...(options.otherKeys ?? [])].map(jwtKey);
  }

  get audiences(): readonly string[] {
    return this.#options.audiences;
  }

  /** Of all keys whose tokens are accepted. */
  get publicKeys(): readonly KeyObject[] {
    return [this.#options.key.publicKey, ...(this.#options.otherKeys ?? [])];
  }

  get issuer(): string {
    return this.#options.issuer;
  }

  issue({ account, audiences, seconds, bound, node }: IssueToken): IssuedToken {
    const { clock, random, issuer, key } = this.#options;
    const now = Math.floor(clock.now() / 1000);
    const id = random.uuid();
    const { namespace, name, uid } = account.metadata;
    const claims: Claims = {
      aud: [...audiences],
      exp: now + seconds,
      iat: now,
      iss: issuer,
      jti: id,
      "kubernetes.io": {
        namespace,
        ...(node && { node }),
        ...(bound && { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    return { token: signJwt(claims, key), expiresMs: (now + seconds) * 1000, id };
  }

  /** The account of a token of ours; undefined for other tokens, 401 for one of ours that is no longer good. */
  async read(
    token: string,
    audiences: readonly string[] = this.#options.audiences,
  ): Promise<Authenticated | undefined> {
    const claims = this.#verify(token);
    if (!claims) return undefined;
    const extra = claims["kubernetes.io"];
    if (!extra?.serviceaccount || !extra.namespace) throw unauthorized();
    const named = audiencesOf(claims);
    if (!named.some((one) => audiences.includes(one))) throw wrongAudience(named, audiences);
    const { namespace } = extra;
    const { name, uid } = extra.serviceaccount;
    await this.#mustLive(ServiceAccount, { namespace, name, uid });
    if (extra.pod) await this.#mustLive(Pod, { namespace, ...extra.pod });
    if (extra.secret) await this.#mustLive(Secret, { namespace, ...extra.secret });
    if (extra.node?.uid && !extra.pod) await this.#mustLive(Node, { name: extra.node.name, uid: extra.node.uid });
    return {
      name: `system:serviceaccount:${namespace}:${name}`,
      uid,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
      audiences: named,
      extra: {
        ...(extra.node && {
          "authentication.kubernetes.io/node-name": [extra.node.name],
          ...(extra.node.uid && { "authentication.kubernetes.io/node-uid": [extra.node.uid] }),
        }),
        ...(extra.pod && {
          "authentication.kubernetes.io/pod-name": [extra.pod.name],
          "authentication.kubernetes.io/pod-uid": [extra.pod.uid],
        }),
        ...(claims.jti && { "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`] }),
      },
    };
  }

  #verify(token: string): Claims | undefined {
    const { issuer, otherIssuers = [], clock } = this.#options;
    try {
      return verifyJwt(token, { keys: this.#keys, issuers: [issuer, ...otherIssuers], nowMs: clock.now() }) as Claims;
    } catch (error) {
      const fault = error instanceof PkiError ? FAULTS[error.code] : undefined;
      if (fault === undefined) return undefined;
      throw tokenFault(fault);
    }
  }

  async #mustLive(
    kind: typeof Pod | typeof Secret | typeof ServiceAccount | typeof Node,
    { namespace, name, uid }: { namespace?: string; name: string; uid: string },
  ): Promise<void> {
    const found = (await this.#options.reads.get(kind as typeof Pod, { ...(namespace && { namespace }), name })) as
      | KubeObject
      | undefined;
    if (found?.metadata.uid === uid) return;
    if (!found && (kind as unknown) === ServiceAccount)
      throw tokenFault(`serviceaccounts ${JSON.stringify(name)} not found`);
    throw tokenFault(found ? mismatch(kind.kind, found.metadata.uid, uid) : INVALIDATED);
  }
}

function mismatch(kind: string, uid: string, claimed: string): string {
  if (kind === "ServiceAccount") return `service account UID (${uid}) does not match claim (${claimed})`;
  const name = kind.toLowerCase();
  return `${name} UID (${uid}) does not match service account ${name} ref claim (${claimed})`;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresMs: number;
  /** By which it is known who uses it. */
  readonly id: string;
}

export interface IssueToken {
  readonly account: ServiceAccount;
  readonly audiences: readonly string[];
  readonly seconds: number;
  readonly bound: BoundObject | undefined;
  readonly node: { readonly name: string; readonly uid?: string } | undefined;
}
