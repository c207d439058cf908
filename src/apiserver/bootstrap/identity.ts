import { createHash } from "node:crypto";
import { isAlreadyExists, type KindDefinition, type KubeObject, Lease } from "../../api/index.ts";
import { type Clock, formatMicroTime, type Log, parseTime, type Random, type Scope } from "../../base/index.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";
import { systemContext } from "./bootstrap.ts";

const NAMESPACE = "kube-system";
const IDENTITY_LABEL = "apiserver.kubernetes.io/identity";
const PEER_ADDRESS_ANNOTATION = "kubernetes.io/peer-advertise-address";
const IDENTITY = "kube-apiserver";
const DURATION_SECONDS = 3600;
const RENEW_EVERY_MS = 10_000;
const CLEAN_EVERY_MS = 3_600_000;
const LEAVE_TIMEOUT_MS = 2_000;
const LEAVE_TRIES_MAX = 3;
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
const KIND = Lease as unknown as KindDefinition;
const HASH_BYTES = 16;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

export interface IdentityOptions {
  readonly hostname?: string;
  /** Where other servers reach this one. */
  readonly address: string | undefined;
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
}

/**
 * Keeps the Lease that shows that this server is there, as the original's servers do, until it ends, and removes those of
 * servers long gone.
 */
export async function keepIdentity(core: ServerCore, options: IdentityOptions): Promise<void> {
  const { clock, log, scope } = options;
  const { signal } = scope;
  const identity = new ServerIdentity(core, options);
  scope.defer(async () => {
    const gone = identity.leave();
    gone.catch(() => {});
    await Promise.race([gone, clock.sleep(LEAVE_TIMEOUT_MS)]).catch((error) =>
      log.warn("Identity of the server not removed", { error }),
    );
  });
  let cleanAtMs = clock.monotonicMs() + CLEAN_EVERY_MS;
  while (!signal.aborted) {
    try {
      await identity.renew();
      if (clock.monotonicMs() >= cleanAtMs) {
        cleanAtMs += CLEAN_EVERY_MS;
        await identity.clean();
      }
    } catch (error) {
      log.warn("Identity of the server not renewed", { error });
    }
    await clock.sleep(RENEW_EVERY_MS, signal);
  }
}

/** What servers of one machine are known by; the original's servers make it of the same. */
export function identityName(hostname: string): string {
  const hash = createHash("sha256");
  for (const part of [hostname, IDENTITY]) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return `apiserver-${base32(hash.digest().subarray(0, HASH_BYTES))}`;
}

class ServerIdentity {
  readonly name: string;
  readonly #core: ServerCore;
  readonly #clock: Clock;
  readonly #hostname: string;
  readonly #annotations: Readonly<Record<string, string>>;
  readonly #holder: string;

  constructor(core: ServerCore, options: Omit<IdentityOptions, "log" | "scope">) {
    const { hostname = "", address, port, clock, random } = options;
    this.#core = core;
    this.#clock = clock;
    this.#hostname = hostname;
    const host = address?.includes(":") ? `[${address}]` : address;
    this.#annotations = host === undefined ? {} : { [PEER_ADDRESS_ANNOTATION]: `${host}:${port}` };
    this.name = identityName(hostname);
    this.#holder = `${this.name}_${random.uuid()}`;
  }

  async renew(): Promise<void> {
    const registry = this.#core.registry(KIND);
    const context = systemContext(KIND, NAMESPACE, this.name);
    const spec = {
      holderIdentity: this.#holder,
      leaseDurationSeconds: DURATION_SECONDS,
      renewTime: formatMicroTime(this.#clock.now()),
    };
    if (!(await registry.find(NAMESPACE, this.name))) {
      const labels = { [IDENTITY_LABEL]: IDENTITY, "kubernetes.io/hostname": this.#hostname };
      const metadata = { name: this.name, namespace: NAMESPACE, labels, annotations: this.#annotations };
      const lease = registry.decode({ metadata, spec }).value;
      await registry.create(context, lease, WRITE).catch((error) => {
        if (!isAlreadyExists(error)) throw error;
      });
      return;
    }
    await registry.update(context, {
      change: (now) => {
        const { metadata, ...rest } = structuredClone(now) as unknown as Json & KubeObject;
        const annotations = { ...metadata.annotations, ...this.#annotations };
        return { ...rest, metadata: { ...metadata, annotations }, spec };
      },
      write: WRITE,
    });
  }

  /** Removes the leases of servers that have not renewed them for as long as they last. */
  async clean(): Promise<void> {
    const registry = this.#core.registry(KIND);
    for (const { metadata, spec } of await this.#core.reads.list(Lease, NAMESPACE)) {
      if (metadata.labels?.[IDENTITY_LABEL] !== IDENTITY || !spec.renewTime) continue;
      const endsMs = parseTime(spec.renewTime) + (spec.leaseDurationSeconds ?? 0) * 1000;
      if (endsMs >= this.#clock.now()) continue;
      const stored = await registry.find(NAMESPACE, metadata.name);
      // Only as it was seen to be over.
      if (stored?.object.metadata.resourceVersion === metadata.resourceVersion) await registry.remove(stored);
    }
  }

  /** The server ends: its Lease goes too, unless another one of the machine holds it by now. */
  async leave(): Promise<void> {
    for (let tries = 0; tries < LEAVE_TRIES_MAX; tries++) {
      const stored = await this.#core.registry(KIND).find(NAMESPACE, this.name);
      const { spec } = (stored?.object ?? {}) as Partial<Lease>;
      if (!stored || spec?.holderIdentity !== this.#holder) return;
      // A renewal may be under way: then this is no longer the newest version.
      if ((await this.#core.registry(KIND).remove(stored)) !== undefined) return;
    }
  }
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(value >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}
