import type { Clock, Log, Scope } from "../../base/index.ts";
import { accountFile, openEmbeddedStore, serveEtcd } from "../../store/index.ts";
import { ConfigError } from "../errors.ts";
import { relaxedPrefixes } from "./relaxed.ts";
import { type EtcdFlags, parseDuration, readFlagFile } from "../flags/index.ts";

const HOUR_MS = 3_600_000;
const CLOSE_GRACE_MS = 1000;

/** Opens the embedded store and serves it as an etcd; the addresses it listens on. */
export async function startEtcd(
  flags: EtcdFlags,
  { clock, log, scope }: { readonly clock: Clock; readonly log: Log; readonly scope: Scope },
): Promise<readonly string[]> {
  const name = flags.name ?? "default";
  const urls = (flags["listen-client-urls"] ?? ["http://localhost:2379"]).map(readUrl);
  const tls = readTls(flags);
  const insecure = urls.find(({ isSecure }) => isSecure !== (tls !== undefined));
  if (insecure)
    throw new ConfigError(
      `start etcd: --listen-client-urls has ${insecure.text}, wanted https:// with --cert-file and --key-file, and http:// without`,
    );
  const directory = flags["data-dir"] ?? `${name}.etcd`;
  const store = await openEmbeddedStore({
    directory,
    clock,
    log,
    relaxedPrefixes: relaxedPrefixes(flags["relaxed-durability"]),
    compactIntervalMs: retentionMs(flags["auto-compaction-retention"] ?? "0"),
  });
  scope.defer(() => store.close());
  const server = await serveEtcd({
    store,
    name,
    accounts: accountFile(directory),
    listen: urls.map(({ address }) => address),
    ...(tls && { tls }),
    clientCertAuth: flags["client-cert-auth"] ?? false,
    ...(flags["advertise-client-urls"] && { advertise: flags["advertise-client-urls"] }),
    quotaBytes: flags["quota-backend-bytes"] ?? 0,
    clock,
    log,
  }).catch((cause) => {
    if (cause.code !== "EADDRINUSE") throw cause;
    throw new ConfigError(
      `start etcd: ${urls.map((url) => url.text).join(", ")} is in use, wanted a free port (--listen-client-urls)`,
      { cause },
    );
  });
  scope.defer(() => server.close(CLOSE_GRACE_MS));
  return urls.map(({ text: url }, index) => url.replace(/:\d+$/, `:${server.ports[index]}`));
}

function readUrl(given: string): { readonly text: string; readonly address: string; readonly isSecure: boolean } {
  const match = /^(https?):\/\/([^/]+:\d+)\/?$/.exec(given);
  if (!match) throw new ConfigError(`read --listen-client-urls: got ${JSON.stringify(given)}, wanted http://HOST:PORT`);
  return { text: given.replace(/\/$/, ""), address: match[2]!, isSecure: match[1] === "https" };
}

function readTls(flags: EtcdFlags) {
  const { "cert-file": cert, "key-file": key, "trusted-ca-file": ca } = flags;
  if (cert === undefined && key === undefined) {
    if (flags["client-cert-auth"])
      throw new ConfigError("start etcd: --client-cert-auth needs --cert-file, --key-file and --trusted-ca-file");
    return undefined;
  }
  if (cert === undefined || key === undefined)
    throw new ConfigError("start etcd: --cert-file and --key-file go together, wanted both");
  if (flags["client-cert-auth"] && ca === undefined)
    throw new ConfigError("start etcd: --client-cert-auth needs --trusted-ca-file");
  return {
    cert: readFlagFile("cert-file", cert),
    key: readFlagFile("key-file", key),
    ...(ca && { ca: readFlagFile("trusted-ca-file", ca) }),
  };
}

/** etcd reads a number without a unit as hours. */
function retentionMs(given: string): number {
  const ms = /^\d+$/.test(given) ? Number(given) * HOUR_MS : parseDuration(given);
  if (ms === undefined)
    throw new ConfigError(`read --auto-compaction-retention: got ${JSON.stringify(given)}, wanted 5m or hours`);
  return ms;
}
