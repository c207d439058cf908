import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { cryptoRandom, realClock, silentLog } from "../../base/index.ts";
import { GrpcError, listenGrpc, loadService } from "../../net/index.ts";
import { openMemoryStore, type Store } from "../../store/index.ts";
import { parseEncryption } from "./configuration.ts";
import { encryptedStore } from "./encrypted-store.ts";
import { KMS_PROTOCOL } from "./kms-protocol.ts";
import { DecryptionError } from "./provider.ts";
import { resourceOfKey } from "./resource-of-key.ts";

const environment = { clock: realClock(), random: cryptoRandom(), log: silentLog };
const KEY = "/registry/secrets/default/token";
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);
const secret = (seed: string) => createHash("sha256").update(seed).digest("base64");

function configuration(providers: string, resources = "[secrets]"): string {
  return `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: ${resources}\n  providers:\n${providers}`;
}

const keyed = (kind: string, ...names: string[]) =>
  `  - ${kind}: {keys: [${names.map((name) => `{name: ${name}, secret: "${secret(name)}"}`).join(", ")}]}\n`;

const over = (store: Store, config: string) =>
  encryptedStore(store, parseEncryption(config, resourceOfKey, environment).providersOf);

const put = (store: Store, key: string, value: string) =>
  store.transact({ compare: [], success: [{ type: "put", key, value: bytes(value) }], failure: [] });

suite("values at rest", () => {
  for (const kind of ["aescbc", "aesgcm", "secretbox"]) {
    test(`${kind}: not to be seen in the store, plain to its user, marked as Kubernetes marks them`, async () => {
      const below = openMemoryStore();
      const store = over(below, configuration(keyed(kind, "one") + "  - identity: {}\n"));
      await put(store, KEY, "swordfish");
      const raw = (await below.get(KEY)).entry!.value;
      assert.ok(text(raw).startsWith(`k8s:enc:${kind}:v1:one:`));
      assert.ok(!text(raw).includes("swordfish"));
      assert.equal(text((await store.get(KEY)).entry!.value), "swordfish");
      await put(store, "/registry/configmaps/default/a", "plain");
      assert.equal(text((await below.get("/registry/configmaps/default/a")).entry!.value), "plain");
    });
  }

  test("a value can't be moved to another key", async () => {
    const below = openMemoryStore();
    const store = over(below, configuration(keyed("aesgcm", "one")));
    await put(store, KEY, "swordfish");
    const moved = "/registry/secrets/default/other";
    const { value } = (await below.get(KEY)).entry!;
    await below.transact({ compare: [], success: [{ type: "put", key: moved, value }], failure: [] });
    await assert.rejects(store.get(moved), DecryptionError);
  });

  test("a new key writes, older ones read, and what they wrote is stale", async () => {
    const below = openMemoryStore();
    await put(below, "/registry/secrets/default/plain", "never encrypted");
    await put(over(below, configuration(keyed("aescbc", "old"))), KEY, "swordfish");
    const config = configuration(`${keyed("aesgcm", "new")}${keyed("aescbc", "old")}  - identity: {}\n`);
    const store = over(below, config);
    const { entries } = await store.range({ start: "/registry/secrets/", end: "/registry/secrets0" });
    assert.deepEqual(
      entries.map(({ value, stale }) => [text(value), stale]),
      [
        ["never encrypted", true],
        ["swordfish", true],
      ],
    );
    await put(store, KEY, "swordfish");
    assert.equal((await store.get(KEY)).entry!.stale, undefined);
    await assert.rejects(over(below, configuration(keyed("aescbc", "old"))).get(KEY), /no matching prefix found/);
  });

  test("watches, previous values and results of transactions are plain", async () => {
    const store = over(openMemoryStore(), configuration(keyed("secretbox", "one")));
    const heard: string[] = [];
    store.watch(
      { start: "/registry/", end: "/registry0", previous: true },
      {
        changes: (changes) => {
          for (const change of changes)
            heard.push(
              `${change.type === "put" ? text(change.entry.value) : "-"} ${change.previous ? text(change.previous.value) : "-"}`,
            );
        },
        progress: () => {},
        closed: () => {},
      },
    );
    await put(store, KEY, "one");
    const [result] = (await put(store, KEY, "two")).results;
    assert.equal(result?.type === "put" && text(result.previous!.value), "one");
    await store.transact({ compare: [], success: [{ type: "delete", key: KEY }], failure: [] });
    assert.deepEqual(heard, ["one -", "two one", "- two"]);
  });

  test("rules name resources of groups, whole groups, and everything", () => {
    const providers = (resources: string, key: string) =>
      parseEncryption(configuration("  - identity: {}\n", resources), resourceOfKey, environment).providersOf(key)
        .length;
    assert.equal(providers("[deployments.apps]", "/registry/deployments/default/web"), 1);
    assert.equal(providers("[deployments]", "/registry/deployments/default/web"), 0);
    assert.equal(providers('["*.apps"]', "/registry/replicasets/default/web"), 1);
    assert.equal(providers('["*."]', KEY), 1);
    assert.equal(providers('["*.*"]', "/registry/stable.example.com/crontabs/default/a"), 1);
    assert.equal(providers("[crontabs.stable.example.com]", "/registry/stable.example.com/crontabs/default/a"), 1);
  });
});

suite("a key service", () => {
  const service = loadService(KMS_PROTOCOL, "v2.KeyManagementService");

  /** A plugin that "seals" by exclusive or, counts its calls, and can change its key. */
  async function plugin(directory: string) {
    const state = { keyId: "k1", decrypted: 0, encrypted: 0, healthz: "ok" };
    const mask = (value: Uint8Array) => value.map((byte) => byte ^ 0x5a);
    const server = await listenGrpc({
      listen: `unix://${join(directory, "kms.sock")}`,
      implementations: [
        {
          service,
          unary: {
            Status: async () => ({ version: "v2", healthz: state.healthz, keyId: state.keyId }),
            Encrypt: async ({ plaintext }: { plaintext: Uint8Array }) => {
              state.encrypted++;
              return { ciphertext: mask(plaintext), keyId: state.keyId, annotations: { "a.example": bytes("x") } };
            },
            Decrypt: async ({ ciphertext, annotations }: { ciphertext: Uint8Array; annotations: object }) => {
              state.decrypted++;
              if (!("a.example" in annotations)) throw new GrpcError("invalidArgument", "no annotation");
              return { plaintext: mask(ciphertext) };
            },
          },
        },
      ],
      log: silentLog,
      clock: environment.clock,
    });
    return { state, close: () => server.close(0) };
  }

  test("seals one seed for many values, and is asked once to open it", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "navarch-kms-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const { state, close } = await plugin(directory);
    const config = configuration(`  - kms: {apiVersion: v2, name: vault, endpoint: "unix://${directory}/kms.sock"}\n`);
    const below = openMemoryStore();
    const first = parseEncryption(config, resourceOfKey, environment);
    await first.check();
    const store = encryptedStore(below, first.providersOf);
    for (let index = 0; index < 5; index++) await put(store, `/registry/secrets/default/s${index}`, `value ${index}`);
    assert.deepEqual([state.encrypted, state.decrypted], [1, 0]);
    const raw = text((await below.get("/registry/secrets/default/s0")).entry!.value);
    assert.ok(raw.startsWith("k8s:enc:kms:v2:vault:") && !raw.includes("value 0"));

    const second = parseEncryption(config, resourceOfKey, environment);
    const again = encryptedStore(below, second.providersOf);
    const { entries } = await again.range({ start: "/registry/", end: "/registry0" });
    assert.deepEqual(
      entries.map(({ value }) => text(value)),
      ["value 0", "value 1", "value 2", "value 3", "value 4"],
    );
    assert.equal(state.decrypted, 1);
    first.close();
    second.close();
    await close();
  });

  test("one that doesn't answer is told of by name", async () => {
    const config = configuration(
      "  - kms: {apiVersion: v2, name: vault, endpoint: unix:///nowhere/kms.sock, timeout: 100ms}\n",
    );
    const encryption = parseEncryption(config, resourceOfKey, environment);
    await assert.rejects(encryption.check());
    encryption.close();
  });
});

test("a configuration that makes no sense is refused, and its secrets are in no message", () => {
  const refused = (config: string) => {
    try {
      parseEncryption(config, resourceOfKey, environment);
    } catch (error) {
      return String(error);
    }
    return "taken";
  };
  assert.match(refused("kind: Pod"), /wanted EncryptionConfiguration/);
  assert.match(refused("{"), /no YAML/);
  const short = refused(configuration('  - aesgcm: {keys: [{name: a, secret: "c2hvcnQ="}]}\n'));
  assert.match(short, /resources\[0\]\.providers\[0\]\.aesgcm\.keys\[0\]\.secret has 5 bytes/);
  assert.ok(!short.includes("c2hvcnQ"));
  assert.match(refused(configuration(keyed("aesgcm", "a") + keyed("aesgcm", "a"))), /aesgcm:v1:a twice/);
  assert.match(refused(configuration("  - rot13: {}\n")), /rot13 is no provider/);
  assert.match(refused(configuration("  - kms: {name: x, endpoint: unix:///x}\n")), /wanted v2/);
});
