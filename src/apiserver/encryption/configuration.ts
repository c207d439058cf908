import { parse } from "yaml";
import type { Clock, Log, Random } from "../../base/index.ts";
import type { ProvidersOf } from "./encrypted-store.ts";
import { kmsProvider } from "./kms.ts";
import { KEY_BYTES, type LocalKind, localProvider } from "./local.ts";
import { type EncryptionProvider, identityProvider } from "./provider.ts";

/** Something is wrong with an EncryptionConfiguration. */
export class EncryptionConfigError extends Error {
  override readonly name = "EncryptionConfigError";
}

export interface EncryptionEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A configuration that is in force. */
export interface Encryption {
  readonly providersOf: ProvidersOf;
  /** Throws when a key service doesn't answer. */
  check(): Promise<void>;
  close(): void;
}

type Json = Readonly<Record<string, unknown>>;

const GROUP_VERSIONS = ["apiserver.config.k8s.io/v1"];
const KMS_TIMEOUT_MS = 3000;

interface Rule {
  readonly resources: readonly string[];
  readonly providers: readonly EncryptionProvider[];
}

/** Reads an EncryptionConfiguration (apiserver.config.k8s.io/v1). `resourceOf` tells which "plural.group" a key is of. */
export function parseEncryption(
  text: string,
  resourceOf: (key: string) => { readonly plural: string; readonly group: string } | undefined,
  environment: EncryptionEnvironment,
): Encryption {
  const config = read(text);
  const rules = list(config.resources, "resources").map((one, index) =>
    readRule(one, `resources[${index}]`, environment),
  );
  checkNames(rules);
  const byResource = new Map<string, readonly EncryptionProvider[]>();
  const all = rules.flatMap(({ providers }) => providers);
  return {
    providersOf(key) {
      const resource = resourceOf(key);
      if (!resource) return [];
      const name = `${resource.plural}.${resource.group}`;
      let found = byResource.get(name);
      if (!found) byResource.set(name, (found = rules.find((rule) => covers(rule, resource))?.providers ?? []));
      return found;
    },
    async check() {
      for (const provider of all) await provider.check?.();
    },
    close() {
      for (const provider of all) provider.close?.();
    },
  };
}

function covers({ resources }: Rule, { plural, group }: { readonly plural: string; readonly group: string }): boolean {
  return resources.some((wanted) => {
    if (wanted === "*.*") return true;
    const dot = wanted.indexOf(".");
    const [name, of] = dot < 0 ? [wanted, ""] : [wanted.slice(0, dot), wanted.slice(dot + 1)];
    return of === group && (name === "*" || name === plural);
  });
}

function read(text: string): Json {
  let config: unknown;
  try {
    config = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new EncryptionConfigError("read encryption configuration: it is no YAML", { cause });
  }
  const { apiVersion, kind } = (config ?? {}) as Json;
  if (kind !== "EncryptionConfiguration" || !GROUP_VERSIONS.includes(String(apiVersion)))
    throw new EncryptionConfigError(
      `read encryption configuration: it is a ${String(kind)} of ${String(apiVersion)}, wanted EncryptionConfiguration of ${GROUP_VERSIONS[0]}`,
    );
  return config as Json;
}

function readRule(value: Json, path: string, environment: EncryptionEnvironment): Rule {
  const resources = list<unknown>(value.resources, `${path}.resources`).map(String);
  const providers = list(value.providers, `${path}.providers`).flatMap((one, index) =>
    readProvider(one, `${path}.providers[${index}]`, environment),
  );
  return { resources, providers };
}

function readProvider(value: Json, path: string, environment: EncryptionEnvironment): EncryptionProvider[] {
  const [kind, ...more] = Object.keys(value);
  if (kind === undefined || more.length > 0) throw wrong(path, "must set exactly one provider");
  const settings = (value[kind] ?? {}) as Json;
  switch (kind) {
    case "identity":
      return [identityProvider];
    case "aescbc":
    case "aesgcm":
    case "secretbox":
      return list(settings.keys, `${path}.${kind}.keys`).map((key, index) =>
        localProvider(kind, readKey(key, kind, `${path}.${kind}.keys[${index}]`), environment.random),
      );
    case "kms":
      return [readKms(settings, `${path}.kms`, environment)];
    default:
      throw wrong(path, `${kind} is no provider, wanted identity, aescbc, aesgcm, secretbox or kms`);
  }
}

function readKey({ name, secret }: Json, kind: LocalKind, path: string) {
  if (typeof name !== "string" || name === "") throw wrong(`${path}.name`, "must not be empty");
  if (typeof secret !== "string" || secret === "") throw wrong(`${path}.secret`, "must not be empty");
  const bytes = Buffer.from(secret, "base64");
  // The secret itself must not come up in a message.
  if (!KEY_BYTES[kind].includes(bytes.length))
    throw wrong(`${path}.secret`, `has ${bytes.length} bytes, wanted ${KEY_BYTES[kind].join(", ")} in base64`);
  return { name, secret: new Uint8Array(bytes) };
}

function readKms({ apiVersion, name, endpoint, timeout }: Json, path: string, environment: EncryptionEnvironment) {
  if (apiVersion !== "v2") throw wrong(`${path}.apiVersion`, `is ${String(apiVersion ?? "v1")}, wanted v2`);
  if (typeof name !== "string" || !/^[^:\s]+$/.test(name))
    throw wrong(`${path}.name`, "must be a name without a colon");
  if (typeof endpoint !== "string" || !/^unix:\/\/\/?[^/]/.test(endpoint))
    throw wrong(`${path}.endpoint`, `is ${String(endpoint)}, wanted unix:///path`);
  const timeoutMs = timeout === undefined ? KMS_TIMEOUT_MS : secondsOf(String(timeout), `${path}.timeout`) * 1000;
  return kmsProvider({ name, endpoint, timeoutMs, ...environment });
}

function secondsOf(text: string, path: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (!match) throw wrong(path, `is ${text}, wanted a duration such as 3s`);
  return Number(match[1]) * { ms: 0.001, s: 1, m: 60 }[match[2] as "s"];
}

/** Two keys of one name would take each other's values for their own. */
function checkNames(rules: readonly Rule[]): void {
  for (const [index, { providers }] of rules.entries()) {
    const prefixes = providers.map(({ prefix }) => prefix);
    const twice = prefixes.find((prefix, at) => prefixes.indexOf(prefix) !== at);
    if (twice !== undefined)
      throw wrong(
        `resources[${index}].providers`,
        `has ${twice ? twice.replace(/^k8s:enc:|:$/g, "") : "identity"} twice`,
      );
  }
}

function list<T = Json>(value: unknown, path: string): readonly T[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong(path, "must be a list that is not empty");
  return value as readonly T[];
}

function wrong(path: string, problem: string): EncryptionConfigError {
  return new EncryptionConfigError(`read encryption configuration: ${path} ${problem}`);
}
