import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, TOKENS } from "../../../tools/parity.ts";
import { startEtcd, withoutEtcd } from "../../e2e/apart.ts";
import { OurEtcd } from "../../e2e/our-etcd.ts";
import { Servers } from "../servers.ts";
import { asker, type Side } from "./exchange.ts";

/** Flags of an API server, by name. */
type Flags = Readonly<Record<string, string>>;

const argumentsOf = (flags: Flags, prefix: string) =>
  Object.entries(flags).map(([name, value]) => `${prefix}${name}=${value}`);

/** Ours, set up as the recordings of test/parity want it, on a store in memory. */
export async function startNavarch(flags: Flags = {}): Promise<Side> {
  const server = await startServer(false, argumentsOf(flags, "--apiserver."), "today");
  const { ask, close } = asker(server.url, server.ca!);
  return {
    name: "navarch",
    ask,
    async [Symbol.asyncDispose]() {
      close();
      await server.stop();
    },
  };
}

interface UpstreamOptions {
  /** The etcd tells how far it is when it is asked, which some of Debian's don't and some watches need: then it is ours. */
  readonly tellsProgress?: true;
  /** A file says who decides what users may do, which goes with no modes. */
  readonly withoutModes?: true;
}

/** The original, set up the same way, on an etcd of its own. */
export async function startUpstream(
  flags: Flags = {},
  { tellsProgress, withoutModes }: UpstreamOptions = {},
): Promise<Side> {
  const directory = mkdtempSync(join(tmpdir(), "navarch-differential-"));
  const tokens = join(directory, "tokens.csv");
  writeFileSync(tokens, TOKENS, { mode: 0o600 });
  const resources = new AsyncDisposableStack();
  resources.defer(() => rmSync(directory, { recursive: true, force: true }));
  const etcd = tellsProgress ? await startOurStore(directory) : await startStore(directory);
  resources.use(etcd);
  const servers = resources.use(await Servers.create());
  const start = withoutModes ? servers.upstreamWithoutModes : servers.upstream;
  const server = await start.call(
    servers,
    etcd.url,
    "--allow-privileged",
    "--enable-admission-plugins=NodeRestriction",
    `--token-auth-file=${tokens}`,
    // As ours has it: which checks there are depends on it.
    `--proxy-client-cert-file=${join(servers.directory, "pki", "front-proxy-client.crt")}`,
    `--proxy-client-key-file=${join(servers.directory, "pki", "front-proxy-client.key")}`,
    ...argumentsOf(flags, "--"),
  );
  const { ask, close } = asker(`https://${server.client.address}`, join(servers.directory, "pki", "ca.crt"));
  resources.defer(close);
  return { name: "upstream", ask, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Debian's etcd where it is installed, else ours. */
async function startStore(directory: string): Promise<AsyncDisposable & { readonly url: string }> {
  if (withoutEtcd) return startOurStore(directory);
  const { process, url } = await startEtcd(directory);
  return { url, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

const startOurStore = (directory: string) => OurEtcd.start(join(directory, "etcd"));
