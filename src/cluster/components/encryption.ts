import { type Encryption, storeEncryption } from "../../apiserver/index.ts";
import type { Store } from "../../store/index.ts";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import type { ComponentEnvironment } from "./environment.ts";

const FLAG = "encryption-provider-config";
const RELOAD_EVERY_MS = 60_000;
/** How long values may still be on their way through providers that have been replaced. */
const RETIRE_MS = 10_000;

/** The store behind what --encryption-provider-config says; the store itself without. */
export async function encryptedAsConfigured(
  store: Store,
  flags: ApiServerFlags,
  environment: Pick<ComponentEnvironment, "clock" | "random" | "log" | "scope">,
): Promise<Store> {
  const path = flags[FLAG];
  if (path === undefined) {
    if (flags["encryption-provider-config-automatic-reload"])
      throw new ConfigError(`read --encryption-provider-config-automatic-reload: it goes with --${FLAG}, wanted both`);
    return store;
  }
  const { clock, log, scope } = environment;
  const { EncryptionConfigError, encryptedStore, parseEncryption, resourceOfKey } = await storeEncryption();
  const load = (text: string) => {
    try {
      return parseEncryption(text, resourceOfKey, environment);
    } catch (cause) {
      if (!(cause instanceof EncryptionConfigError)) throw cause;
      throw new ConfigError(`read --${FLAG} ${path}`, { cause });
    }
  };
  let text = readFlagFile(FLAG, path);
  let current: Encryption = load(text);
  scope.defer(() => current.close());
  await current.check().catch((cause) => {
    throw new ConfigError(`read --${FLAG}: a key service can't be used`, { cause });
  });
  const reload = async () => {
    const now = readFlagFile(FLAG, path);
    if (now === text) return;
    const next = load(now);
    await next.check();
    const old = current;
    [current, text] = [next, now];
    clock.timer(RETIRE_MS, () => old.close());
    log.info("Encryption configuration taken up", { path });
  };
  if (flags["encryption-provider-config-automatic-reload"])
    scope.spawn("encryption configuration", async (signal) => {
      for (;;) {
        await clock.sleep(RELOAD_EVERY_MS, signal);
        // A file that is wrong changes nothing: what there was stays in force.
        await reload().catch((error) => log.error("Encryption configuration not taken up", { path, error }));
      }
    });
  return encryptedStore(store, (key) => current.providersOf(key));
}
