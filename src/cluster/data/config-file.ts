import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../errors.ts";

/** Words of the command line as they were given. */
export interface RawConfig {
  readonly dataDir?: string;
  readonly listen?: string;
  readonly nodes?: string;
  readonly store?: string;
  readonly disable?: string;
  readonly kubeconfig?: string;
  readonly tokenAuthFile?: string;
  readonly yes?: boolean;
  /** --COMPONENT.FLAG=VALUE */
  readonly componentFlags?: readonly string[];
}

const TEXTS = ["listen", "nodes", "store", "disable", "kubeconfig", "tokenAuthFile"] as const;

/**
 * Settings that a data directory's config.json gives where the command line doesn't:
 * `{"nodes": "simulated:3", "flags": {"apiserver": {"event-ttl": "2h"}}}`.
 */
export function readConfigFile(dataDirectory: string): RawConfig {
  const file = join(dataDirectory, "config.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    throw error;
  }
  const wrong = (what: string) => new ConfigError(`read ${file}: ${what}`);
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`read ${file}: it is not JSON`, { cause });
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) throw wrong("wanted an object");
  const { flags = {}, ...rest } = config as Record<string, unknown>;
  for (const [name, value] of Object.entries(rest)) {
    if (!(TEXTS as readonly string[]).includes(name))
      throw wrong(`there is no setting ${JSON.stringify(name)}, wanted ${TEXTS.join(", ")} or flags`);
    if (typeof value !== "string") throw wrong(`${name} is ${JSON.stringify(value)}, wanted text`);
  }
  if (typeof flags !== "object" || flags === null) throw wrong("flags is no object");
  const componentFlags = Object.entries(flags).flatMap(([component, own]) =>
    Object.entries((own ?? {}) as Record<string, unknown>).map(([name, value]) => `--${component}.${name}=${value}`),
  );
  return { ...(rest as RawConfig), componentFlags };
}
