import { createHash } from "node:crypto";
import { isAlreadyExists, isNotFound, type KindDefinition, Lease } from "../../api/index.ts";
import { type Clock, formatMicroTime, type Log, parseTime, type Random } from "../../base/index.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../server.ts";
import { systemContext } from "./bootstrap.ts";

const NAMESPACE = "kube-system";
const IDENTITY_LABEL = "apiserver.kubernetes.io/identity";
const IDENTITY = "kube-apiserver";
const DURATION_SECONDS = 3600;
const RENEW_EVERY_MS = 10_000;
const CLEAN_EVERY_MS = 3_600_000;
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
const KIND = Lease as unknown as KindDefinition;
const HASH_BYTES = 16;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

export interface IdentityOptions {
  readonly hostname: string;
  /** Tells servers of one machine apart. */
  readonly place: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Keeps the Lease that shows that this server is there, as the original's servers do, and removes those of servers long gone. */
export async function keepIdentity(core: ServerCore, options: IdentityOptions): Promise<void> {
  const { clock, log, signal } = options;
  const identity = new ServerIdentity(core, options);
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

export class ServerIdentity {
  readonly name: string;
  readonly #core: ServerCore;
  readonly #clock: Clock;
  readonly #hostname: string;
  readonly #holder: string;

  constructor(core: ServerCore, options: Omit<IdentityOptions, "log" | "signal">) {
    const { hostname, place, clock, random } = options;
    this.#core = core;
    this.#clock = clock;
    this.#hostname = hostname;
    this.name = `apiserver-${base32(createHash("sha256").update(`${hostname} ${place}`).digest().subarray(0, HASH_BYTES))}`;
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
      const lease = registry.decode({ metadata: { name: this.name, namespace: NAMESPACE, labels }, spec }).value;
      await registry.create(context, lease, WRITE).catch((error) => {
        if (!isAlreadyExists(error)) throw error;
      });
      return;
    }
    await registry.update(context, {
      change: (now) => ({ ...(structuredClone(now) as unknown as Json), spec }),
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
      if (stored?.object.metadata.resourceVersion !== metadata.resourceVersion) continue;
      await registry.remove(stored).catch((error) => {
        if (!isNotFound(error)) throw error;
      });
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
