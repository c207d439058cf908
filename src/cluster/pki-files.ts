import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Random } from "../base/index.ts";
import {
  type Authority,
  authorityFromPem,
  certificateToPem,
  createAuthority,
  generateKey,
  issueKeyPair,
  type PrivateKey,
  privateKeyFromPem,
  privateKeyToPem,
  publicKeyToPem,
  type Subject,
} from "../pki/index.ts";

/** A certificate and its key as files hold them. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** Everything secret of a cluster. */
export interface Pki {
  readonly ca: Authority;
  readonly caPem: string;
  readonly serving: PemPair;
  readonly serviceAccountKey: PrivateKey;
  /** A client certificate, made on first use. */
  client(name: string, subject: Subject): Promise<PemPair>;
  /** The serving certificate of a node's kubelet. */
  kubeletServing(nodeName: string, addresses: readonly string[]): Promise<PemPair>;
}

export interface PkiOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Names and addresses under which the API server is reached. */
  readonly sans: { readonly dns: readonly string[]; readonly ip: readonly string[] };
}

/** Opens a cluster's keys and certificates; what is missing is made. Files are the owner's alone. */
export async function openPki({ directory, clock, random, sans }: PkiOptions): Promise<Pki> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const sources = { clock, random };
  const ca = await openAuthority(join(directory, "ca"), "kubernetes-ca", sources);
  await openAuthority(join(directory, "front-proxy-ca"), "kubernetes-front-proxy-ca", sources);
  const pair = (
    name: string,
    request: { subject: Subject; usages: readonly ("server auth" | "client auth")[]; sans?: PkiOptions["sans"] },
  ) =>
    openPair(join(directory, name), () => {
      const issued = issueKeyPair(ca, { ...sources, ...request } as never);
      return { cert: issued.certificatePem, key: issued.keyPem };
    });
  const serving = await pair(`apiserver-${fingerprint(sans)}`, {
    subject: { commonName: "kube-apiserver" },
    usages: ["server auth"],
    sans,
  });
  return {
    ca,
    caPem: certificateToPem(ca.certificate),
    serving,
    serviceAccountKey: await openKey(join(directory, "sa"), sources),
    client: (name, subject) => pair(name, { subject, usages: ["client auth"] }),
    kubeletServing: (nodeName, addresses) =>
      pair(`kubelet-${nodeName}-${fingerprint({ dns: [nodeName], ip: addresses })}`, {
        subject: { commonName: `system:node:${nodeName}`, organizations: ["system:nodes"] },
        usages: ["server auth"],
        sans: { dns: [nodeName], ip: addresses },
      }),
  };
}

/** A short name for a set of names: another address needs another certificate. */
function fingerprint({ dns, ip }: PkiOptions["sans"]): string {
  let value = 0xcbf29ce484222325n;
  for (const character of [...dns, ...ip].join(","))
    value = BigInt.asUintN(64, (value ^ BigInt(character.codePointAt(0)!)) * 0x100000001b3n);
  return value.toString(36);
}

async function openAuthority(
  path: string,
  commonName: string,
  sources: { clock: Clock; random: Random },
): Promise<Authority> {
  const { cert, key } = await openPair(path, () => {
    const made = createAuthority({ ...sources, commonName });
    return { cert: certificateToPem(made.certificate), key: privateKeyToPem(made.key) };
  });
  return authorityFromPem({ certificate: cert, key });
}

async function openPair(path: string, make: () => PemPair): Promise<PemPair> {
  if (await exists(`${path}.key`))
    return { cert: await readFile(`${path}.crt`, "utf8"), key: await readFile(`${path}.key`, "utf8") };
  const made = make();
  await writeSecret(`${path}.crt`, made.cert);
  // The key comes last: its presence says that the pair is whole.
  await writeSecret(`${path}.key`, made.key);
  return made;
}

async function openKey(path: string, { random }: { random: Random }): Promise<PrivateKey> {
  if (await exists(`${path}.key`)) return privateKeyFromPem(await readFile(`${path}.key`, "utf8"));
  const key = generateKey({ random });
  await writeSecret(`${path}.pub`, publicKeyToPem(key.publicKey));
  await writeSecret(`${path}.key`, privateKeyToPem(key));
  return key;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Writes a file that only its owner may read; it is there whole or not at all. */
export async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
