/**
 * Encryption of values at rest, configured and written as Kubernetes does. Knows nothing of requests; stands between the
 * registry and the store. Start at {@link encryptedStore}.
 */
export {
  type Encryption,
  EncryptionConfigError,
  type EncryptionEnvironment,
  parseEncryption,
} from "./configuration.ts";
export { encryptedStore } from "./encrypted-store.ts";
export { resourceOfKey } from "./resource-of-key.ts";
