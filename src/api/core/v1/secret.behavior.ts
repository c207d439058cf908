import { own } from "../../../base/index.ts";
import { JsonError, parseJson } from "../../../schema/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { entryErrors, immutableField, invalidValue, required, tooLong } from "../../validation/index.ts";
import { changesOfImmutable, keyErrors, PAYLOAD_BYTES_MAX } from "./configmap.behavior.ts";
import type { Secret } from "./secret.ts";

const ACCOUNT_NAME = "kubernetes.io/service-account.name";

export const secretBehavior: KindBehavior<Secret> = {
  metadataLooks: "placed",
  setDefaults(secret) {
    secret.type ||= "Opaque";
    takeStringData(secret);
  },
  validate: validateSecret,
  validateUpdate: (secret, old, metadata, emptied) => [
    ...metadata.change,
    ...immutableField("type", secret.type, old.type),
    ...changesOfImmutable(secret, old, { fields: ["data"], emptied: emptied?.has("data") ? "data" : undefined }),
    ...metadata.whole,
    ...validateSecret(secret),
  ],
  warnings: (secret) => (secret.type === "kubernetes.io/tls" ? keyPairWarnings(secret) : []),
  selectableFields: { type: ({ type }) => type ?? "" },
};

/** Text that is easier to write than base64 becomes part of the data. */
function takeStringData(secret: Mutable<Secret>): void {
  if (!secret.stringData) return;
  const given = Object.entries(secret.stringData).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  secret.data = { ...secret.data, ...Object.fromEntries(given) };
  delete (secret as { stringData?: unknown }).stringData;
}

function validateSecret(secret: Secret): FieldError[] {
  let bytes = 0;
  const errors = entryErrors(secret.data, (key, value) => {
    bytes += Buffer.byteLength(value ?? "", "base64");
    return keyErrors("data", key);
  });
  if (bytes > PAYLOAD_BYTES_MAX) errors.push(tooLong("data", PAYLOAD_BYTES_MAX));
  return [...errors, ...(own(TYPES, secret.type ?? "")?.(secret) ?? [])];
}

/** What a secret must hold to be of a type. */
const TYPES: Readonly<Record<string, (secret: Secret) => FieldError[]>> = {
  "kubernetes.io/service-account-token": ({ metadata: { annotations = {} } }) =>
    annotations[ACCOUNT_NAME] ? [] : [required(`metadata.annotations[${ACCOUNT_NAME}]`)],
  "kubernetes.io/dockercfg": (secret) => jsonKey(secret, ".dockercfg"),
  "kubernetes.io/dockerconfigjson": (secret) => jsonKey(secret, ".dockerconfigjson"),
  // One of the two is enough; when neither is there both are missed.
  "kubernetes.io/basic-auth": (secret) => {
    const missing = missingKeys(secret, ["username", "password"]);
    return missing.length === 2 ? missing : [];
  },
  "kubernetes.io/ssh-auth": (secret) => missingKeys(secret, ["ssh-privatekey"]),
  "kubernetes.io/tls": (secret) => missingKeys(secret, ["tls.crt", "tls.key"]),
};

function missingKeys({ data = {} }: Secret, keys: readonly string[]): FieldError[] {
  return keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
}

function jsonKey(secret: Secret, key: string): FieldError[] {
  const missing = missingKeys(secret, [key]);
  if (missing.length > 0) return missing;
  const problem = objectProblem(Buffer.from(own(secret.data, key) ?? "", "base64").toString());
  // What is in a secret never shows in messages.
  return problem === undefined ? [] : [invalidValue(`data[${key}]`, "<secret contents redacted>", problem)];
}

/** Why a text isn't a JSON object; undefined when it is. */
function objectProblem(text: string): string | undefined {
  try {
    const { value } = parseJson(text);
    if (value === null || (typeof value === "object" && !Array.isArray(value))) return undefined;
    const what = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    return `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}

/** What is wrong with a certificate and its key at first sight; nothing is read in them. */
function keyPairWarnings({ data = {} }: Secret): string[] {
  const certificate = blockTypes(data["tls.crt"]);
  const key = blockTypes(data["tls.key"]);
  const isKey = (type: string) => type === "PRIVATE KEY" || type.endsWith(" PRIVATE KEY");
  if (!certificate.includes("CERTIFICATE")) {
    if (certificate.length === 0) return ["tls: failed to find any PEM data in certificate input"];
    if (certificate.length === 1 && isKey(certificate[0]!))
      return [
        "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched",
      ];
    return [
      `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${certificate.join(" ")}]`,
    ];
  }
  if (key.some(isKey)) return [];
  if (key.length === 0) return ["tls: failed to find any PEM data in key input"];
  if (key.length === 1 && key[0] === "CERTIFICATE")
    return ["tls: found a certificate rather than a key in the PEM for the private key"];
  return [
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${key.join(" ")}]`,
  ];
}

/** Types of the PEM blocks in a secret's value. */
function blockTypes(value: string | undefined): string[] {
  const text = Buffer.from(value ?? "", "base64").toString();
  return [...text.matchAll(/-----BEGIN ([^-\n]+)-----[^-]*-----END \1-----/g)].map((match) => match[1]!);
}
