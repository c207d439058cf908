import { resolve } from "node:path";
import { cryptoRandom, realClock } from "../base/index.ts";
import { defaultDataDirectory, makePki } from "../cluster/index.ts";

export interface PkiArguments {
  readonly dataDir?: string;
  readonly server: string;
  readonly host?: readonly string[];
  readonly node?: readonly string[];
}

/** `navarch pki`: everything that components which run apart prove themselves with. */
export async function pkiCommand({ dataDir, server, host = [], node = [] }: PkiArguments): Promise<number> {
  const dataDirectory = resolve(dataDir ?? defaultDataDirectory(process.getuid?.() === 0));
  const made = await makePki({
    dataDirectory,
    server,
    hosts: host,
    nodes: node,
    clock: realClock(),
    random: cryptoRandom(),
  });
  const flags = Object.entries(made.apiserver).map(([name, path]) => `  --${name}=${path}\n`);
  process.stdout.write(
    `Flags of \`navarch apiserver\`:\n${flags.join("")}  --kubelet-preferred-address-types=InternalIP,Hostname\n  --service-account-issuer=https://kubernetes.default.svc.cluster.local\n\n` +
      `Kubeconfigs: ${made.kubeconfig} and ${dataDirectory}/pki/*.kubeconfig\nFor --root-ca-file and kubelets' --client-ca-file: ${made.rootCa}\n`,
  );
  return 0;
}
