import { createRequire } from "node:module";
import type { ConnectionOptions } from "./transport.ts";

const require = createRequire(import.meta.url);
/** The reader and writer of YAML, loaded by who has a kubeconfig: an API server has none. */
const yaml = () => require("yaml") as typeof import("yaml");

/** A kubeconfig that can't be used. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
}

export interface LoadOptions {
  /** Default the current context. */
  readonly context?: string;
  /** Reads a file that the kubeconfig names, relative to it. Without it such a file is an error. */
  readonly readFile?: (path: string) => string;
}

export interface Connection extends ConnectionOptions {
  /** Namespace of the context; "default" unless it says another. */
  readonly namespace: string;
  readonly context: string;
}

type Section = Readonly<Record<string, unknown>>;

interface Config {
  readonly "current-context"?: string;
  readonly clusters?: readonly { readonly name: string; readonly cluster?: Section }[];
  readonly users?: readonly { readonly name: string; readonly user?: Section }[];
  readonly contexts?: readonly { readonly name: string; readonly context?: Section }[];
}

/** How to reach the cluster of a kubeconfig's context. */
export function loadKubeconfig(text: string, options: LoadOptions = {}): Connection {
  const config = parseConfig(text);
  const name = options.context ?? config["current-context"] ?? "";
  const context = config.contexts?.find((one) => one.name === name)?.context;
  if (!context) throw new KubeconfigError(`load kubeconfig: context "${name}" does not exist`);
  const cluster = config.clusters?.find((one) => one.name === context.cluster)?.cluster;
  if (!cluster) throw new KubeconfigError(`load kubeconfig: cluster "${String(context.cluster)}" does not exist`);
  const user = config.users?.find((one) => one.name === context.user)?.user ?? {};
  refuse(user, ["exec", "auth-provider", "username", "as"]);
  const pem = (section: Section, key: string) => fileOrData(section, key, options);
  const token = textOf(user, "token") ?? fileOf(user, "tokenFile", options)?.trim();
  return strip({
    server: textOf(cluster, "server") ?? "http://localhost:8080",
    ca: pem(cluster, "certificate-authority"),
    serverName: textOf(cluster, "tls-server-name"),
    insecureSkipTlsVerify: cluster["insecure-skip-tls-verify"] === true ? true : undefined,
    cert: pem(user, "client-certificate"),
    key: pem(user, "client-key"),
    token,
    namespace: textOf(context, "namespace") ?? "default",
    context: name,
  });
}

function parseConfig(text: string): Config {
  let config: unknown;
  try {
    config = yaml().parse(text, { version: "1.1", maxAliasCount: 100 });
  } catch (cause) {
    throw new KubeconfigError("load kubeconfig: not YAML", { cause });
  }
  if (typeof config !== "object" || config === null) throw new KubeconfigError("load kubeconfig: not an object");
  return config as Config;
}

/** Ways of proving oneself that aren't there yet are an error, not silence. */
function refuse(user: Section, keys: readonly string[]): void {
  for (const key of keys)
    if (user[key] !== undefined) throw new KubeconfigError(`load kubeconfig: users with "${key}" are not supported`);
}

function textOf(section: Section, key: string): string | undefined {
  const value = section[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function fileOf(section: Section, key: string, { readFile }: LoadOptions): string | undefined {
  const path = textOf(section, key);
  if (path === undefined) return undefined;
  if (!readFile) throw new KubeconfigError(`load kubeconfig: "${key}" names a file, which can't be read here`);
  return readFile(path);
}

function fileOrData(section: Section, key: string, options: LoadOptions): string | undefined {
  const data = textOf(section, `${key}-data`);
  return data === undefined ? fileOf(section, key, options) : Buffer.from(data, "base64").toString("utf8");
}

function strip<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

export interface KubeconfigContent {
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** Name of cluster and context. Default "navarch". */
  readonly name?: string;
  /** Default "admin". */
  readonly user?: string;
  readonly namespace?: string;
}

/** A kubeconfig with one context, everything inline. */
export function writeKubeconfig(content: KubeconfigContent): string {
  const { server, ca, cert, key, token, insecureSkipTlsVerify, name = "navarch", user = "admin", namespace } = content;
  const data = (text: string) => Buffer.from(text, "utf8").toString("base64");
  return yaml().stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name,
          cluster: {
            server,
            ...(ca !== undefined && { "certificate-authority-data": data(ca) }),
            ...(insecureSkipTlsVerify && { "insecure-skip-tls-verify": true }),
          },
        },
      ],
      users: [
        {
          name: user,
          user: {
            ...(cert !== undefined && { "client-certificate-data": data(cert) }),
            ...(key !== undefined && { "client-key-data": data(key) }),
            ...(token !== undefined && { token }),
          },
        },
      ],
      contexts: [{ name, context: { cluster: name, user, ...(namespace && { namespace }) } }],
      "current-context": name,
    },
    { lineWidth: 0, version: "1.1" },
  );
}
