import type { ProtocolDescriptor } from "../../net/index.ts";

/** The key service's protocol, v2. */
export const KMS_PROTOCOL: ProtocolDescriptor = {
  services: {
    "v2.KeyManagementService": [
      {
        method: "Status",
        path: "/v2.KeyManagementService/Status",
        request: "v2.StatusRequest",
        response: "v2.StatusResponse",
      },
      {
        method: "Decrypt",
        path: "/v2.KeyManagementService/Decrypt",
        request: "v2.DecryptRequest",
        response: "v2.DecryptResponse",
      },
      {
        method: "Encrypt",
        path: "/v2.KeyManagementService/Encrypt",
        request: "v2.EncryptRequest",
        response: "v2.EncryptResponse",
      },
    ],
  },
  messages: {
    "v2.DecryptRequest": [
      { name: "ciphertext", n: 1, type: "bytes" },
      { name: "uid", n: 2, type: "string" },
      { name: "key_id", n: 3, type: "string" },
      { name: "annotations", n: 4, type: "map<string,bytes>" },
    ],
    "v2.DecryptResponse": [{ name: "plaintext", n: 1, type: "bytes" }],
    "v2.EncryptRequest": [
      { name: "plaintext", n: 1, type: "bytes" },
      { name: "uid", n: 2, type: "string" },
    ],
    "v2.EncryptResponse": [
      { name: "ciphertext", n: 1, type: "bytes" },
      { name: "key_id", n: 2, type: "string" },
      { name: "annotations", n: 3, type: "map<string,bytes>" },
    ],
    "v2.StatusRequest": [],
    "v2.StatusResponse": [
      { name: "version", n: 1, type: "string" },
      { name: "healthz", n: 2, type: "string" },
      { name: "key_id", n: 3, type: "string" },
    ],
  },
  enums: {},
};

/** How an encrypted value is written. */
export const ENCRYPTED_OBJECT: ProtocolDescriptor = {
  services: {},
  messages: {
    "v2.EncryptedObject": [
      { name: "encryptedData", n: 1, type: "bytes" },
      { name: "keyID", n: 2, type: "string" },
      { name: "encryptedDEKSource", n: 3, type: "bytes" },
      { name: "annotations", n: 4, type: "map<string,bytes>" },
      { name: "encryptedDEKSourceType", n: 5, type: "v2.EncryptedDEKSourceType" },
    ],
  },
  enums: { "v2.EncryptedDEKSourceType": { AES_GCM_KEY: 0, HKDF_SHA256_XNONCE_AES_GCM_SEED: 1 } },
};
