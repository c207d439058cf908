import { createHash, createHmac } from "node:crypto";
import type { Clock, Log, Random } from "../../base/index.ts";
import { createGrpcChannel, type GrpcChannel, loadProtocol, loadService } from "../../net/index.ts";
import { ENCRYPTED_OBJECT, KMS_PROTOCOL } from "./kms-protocol.ts";
import { gcm } from "./local.ts";
import { DecryptionError, type EncryptionProvider, joined } from "./provider.ts";

export interface KmsOptions {
  readonly name: string;
  /** unix:///path of the plugin's socket. */
  readonly endpoint: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface EncryptedObject {
  readonly encryptedData: Uint8Array;
  readonly keyID: string;
  readonly encryptedDEKSource: Uint8Array;
  readonly annotations: Readonly<Record<string, Uint8Array>>;
  readonly encryptedDEKSourceType: string;
}

interface EncryptResponse {
  readonly ciphertext: Uint8Array;
  readonly keyId: string;
  readonly annotations: Readonly<Record<string, Uint8Array>>;
}

/** A seed of data keys as the plugin sealed it; values are encrypted with keys derived from it. */
interface Seed {
  readonly secret: Uint8Array;
  readonly sealed: EncryptResponse;
}

/** How often the plugin is asked whether its key has changed. */
const STATUS_EVERY_MS = 60_000;
const SEED_BYTES = 32;
const INFO_BYTES = 32;
const SEEDS_MAX = 1000;
const SEED_TYPE = "HKDF_SHA256_XNONCE_AES_GCM_SEED";

const service = loadService(KMS_PROTOCOL, "v2.KeyManagementService");
const STATUS = service.method<object, { version: string; healthz: string; keyId: string }>("Status");
const ENCRYPT = service.method<object, EncryptResponse>("Encrypt");
const DECRYPT = service.method<object, { plaintext: Uint8Array }>("Decrypt");
const object = loadProtocol(ENCRYPTED_OBJECT).codec("v2.EncryptedObject");

/**
 * A key service outside (KMS v2). It seals one seed, from which each value gets a key of its own; a new seed is taken when
 * the plugin's key changes. Seeds of values that are read are asked for once and remembered.
 */
export function kmsProvider(options: KmsOptions): EncryptionProvider {
  return new KmsProvider(options);
}

class KmsProvider implements EncryptionProvider {
  readonly prefix: string;
  readonly #options: KmsOptions;
  readonly #channel: GrpcChannel;
  readonly #seeds = new Map<string, Uint8Array | Promise<Uint8Array>>();
  #current: Promise<Seed> | undefined;
  #checkedMs = Number.NEGATIVE_INFINITY;

  constructor(options: KmsOptions) {
    this.#options = options;
    this.prefix = `k8s:enc:kms:v2:${options.name}:`;
    this.#channel = createGrpcChannel({ target: options.endpoint, clock: options.clock });
  }

  async seal(plain: Uint8Array, context: string): Promise<Uint8Array> {
    const { secret, sealed } = await this.#seed();
    const info = this.#options.random.bytes(INFO_BYTES);
    const nonce = this.#options.random.bytes(gcm.nonceBytes);
    const data = gcm.seal({ secret: derivedKey(secret, info), nonce, context }, plain);
    const encoded = object.encode({
      encryptedData: joined("", info, nonce, data),
      keyID: sealed.keyId,
      encryptedDEKSource: sealed.ciphertext,
      annotations: sealed.annotations,
      encryptedDEKSourceType: SEED_TYPE,
    });
    return joined(this.prefix, encoded);
  }

  async open(sealed: Uint8Array, context: string): Promise<Uint8Array> {
    try {
      const value = object.decode(sealed.subarray(this.prefix.length)) as unknown as EncryptedObject;
      if (value.encryptedDEKSourceType !== SEED_TYPE)
        throw new DecryptionError(
          `decrypt ${context}: its key is of type ${value.encryptedDEKSourceType}, wanted a seed`,
        );
      const secret = await this.#open(value);
      const [info, nonce] = [INFO_BYTES, INFO_BYTES + gcm.nonceBytes];
      const { encryptedData: data } = value;
      const use = { secret: derivedKey(secret, data.subarray(0, info)), nonce: data.subarray(info, nonce), context };
      return gcm.open(use, data.subarray(nonce));
    } catch (cause) {
      throw new DecryptionError(`decrypt ${context}: key service ${this.#options.name} does not open it`, { cause });
    }
  }

  async check(): Promise<void> {
    const { healthz, version } = await this.#channel.unary(STATUS, {}, this.#call());
    if (healthz !== "ok") throw new Error(`ask key service ${this.#options.name}: it says ${healthz}, wanted ok`);
    if (!/^v2/.test(version)) throw new Error(`ask key service ${this.#options.name}: it speaks ${version}, wanted v2`);
    await this.#seed();
  }

  close(): void {
    this.#channel.close();
  }

  #call() {
    return { timeoutMs: this.#options.timeoutMs };
  }

  async #seed(): Promise<Seed> {
    const now = this.#options.clock.monotonicMs();
    if (this.#current && now - this.#checkedMs >= STATUS_EVERY_MS) {
      this.#checkedMs = now;
      await this.#renewIfChanged();
    }
    this.#current ??= this.#newSeed(now);
    try {
      return await this.#current;
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }

  /** While the plugin can't be reached the seed that there is goes on being used. */
  async #renewIfChanged(): Promise<void> {
    try {
      const { keyId } = await this.#channel.unary(STATUS, {}, this.#call());
      if (keyId !== (await this.#current)?.sealed.keyId) this.#current = undefined;
    } catch (error) {
      this.#options.log.warn("Key service did not answer, going on with the key it gave", { error });
    }
  }

  async #newSeed(now: number): Promise<Seed> {
    const secret = this.#options.random.bytes(SEED_BYTES);
    const request = { plaintext: secret, uid: this.#options.random.uuid() };
    const sealed = await this.#channel.unary(ENCRYPT, request, this.#call());
    this.#checkedMs = now;
    this.#remember(nameOf(sealed.keyId, sealed.ciphertext), secret);
    return { secret, sealed };
  }

  #open({ keyID, encryptedDEKSource, annotations }: EncryptedObject): Uint8Array | Promise<Uint8Array> {
    const name = nameOf(keyID, encryptedDEKSource);
    const known = this.#seeds.get(name);
    if (known) return known;
    const request = { ciphertext: encryptedDEKSource, uid: this.#options.random.uuid(), keyId: keyID, annotations };
    const asked = this.#channel.unary(DECRYPT, request, this.#call()).then(({ plaintext }) => plaintext);
    this.#remember(name, asked);
    asked.catch(() => this.#seeds.delete(name));
    return asked;
  }

  #remember(name: string, secret: Uint8Array | Promise<Uint8Array>): void {
    const [oldest] = this.#seeds.keys();
    if (this.#seeds.size >= SEEDS_MAX && oldest !== undefined) this.#seeds.delete(oldest);
    this.#seeds.set(name, secret);
  }
}

function nameOf(keyId: string, sealedSeed: Uint8Array): string {
  return createHash("sha256").update(keyId).update("\0").update(sealedSeed).digest("base64");
}

/** HKDF's expansion (SHA-256), one block: the seed is random enough to need no extraction. */
function derivedKey(seed: Uint8Array, info: Uint8Array): Uint8Array {
  return createHmac("sha256", seed).update(info).update(Uint8Array.of(1)).digest();
}
