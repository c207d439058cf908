import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock, Random } from "../../base/index.ts";
import { ConfigError } from "../errors.ts";
import {
  type Authority,
  authorityFromPem,
  certificateToPem,
  createAuthority,
  generateRsaKey,
  issueKeyPair,
  parseCertificates,
  privateKeyToPem,
  publicKeyToPem,
  type Subject,
  verifyCertificate,
} from "../../pki/index.ts";

/** A certificate and its key as files hold them. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** A pair with the files that hold it. */
export interface PairFiles extends PemPair {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Everything secret of a cluster. */
export interface Pki {
  readonly ca: Authority;
  readonly caPem: string;
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly frontProxyCaFile: string;
  /** What the API server shows to those behind it. */
  readonly frontProxyClient: PairFiles;
  readonly serving: PairFiles;
  /** Key that signs service accounts' tokens. */
  readonly serviceAccountKeyFile: string;
  /** A client certificate, made on first use. */
  client(name: string, subject: Subject): Promise<PairFiles>;
  /** The serving certificate of a node's kubelet. */
  kubeletServing(nodeName: string, addresses: readonly string[]): Promise<PairFiles>;
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
  // Begun first, since it takes longest; a failure is met where the file is wanted.
  const tokenKeyFile = openTokenKey(join(directory, "sa"));
  tokenKeyFile.catch(() => {});
  const ca = await openAuthority(join(directory, "ca"), "kubernetes-ca", sources);
  const frontProxyCa = await openAuthority(join(directory, "front-proxy-ca"), "kubernetes-front-proxy-ca", sources);
  const pair = (
    name: string,
    request: { subject: Subject; usages: readonly ("server auth" | "client auth")[]; sans?: PkiOptions["sans"] },
    issuer = ca,
  ) =>
    openPair(
      join(directory, name),
      () => {
        const issued = issueKeyPair(issuer, { ...sources, ...request } as never);
        return { cert: issued.certificatePem, key: issued.keyPem };
      },
      (cert) => isGood(cert, { ca: issuer, nowMs: clock.now(), sans: request.sans }),
    );
  const serving = await pair("apiserver", {
    subject: { commonName: "kube-apiserver" },
    usages: ["server auth"],
    sans,
  });
  return {
    ca,
    caPem: certificateToPem(ca.certificate),
    caFile: join(directory, "ca.crt"),
    caKeyFile: join(directory, "ca.key"),
    frontProxyCaFile: join(directory, "front-proxy-ca.crt"),
    frontProxyClient: await pair(
      "front-proxy-client",
      { subject: { commonName: FRONT_PROXY }, usages: ["client auth"] },
      frontProxyCa,
    ),
    serving,
    serviceAccountKeyFile: await tokenKeyFile,
    client: (name, subject) => pair(name, { subject, usages: ["client auth"] }),
    kubeletServing: (nodeName, addresses) =>
      pair(`kubelet-${nodeName}-serving`, {
        subject: { commonName: `system:node:${nodeName}`, organizations: ["system:nodes"] },
        usages: ["server auth"],
        sans: { dns: [nodeName], ip: addresses },
      }),
  };
}

/** Whom front proxies name themselves: what others must know of them. */
export const FRONT_PROXY = "front-proxy-client";
const FIRST_SERVICE_IP = "10.96.0.1";

/** Names and addresses of an API server: those inside the cluster, this machine's, and further ones. */
export function servingNames(hosts: readonly string[]): PkiOptions["sans"] {
  const isAddress = (host: string) => isIP(host) !== 0;
  const own = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
  const dns = [...own, "kubernetes.default.svc.cluster.local", hostname().toLowerCase()];
  const ip = ["127.0.0.1", "::1", FIRST_SERVICE_IP];
  const wildcards = ["0.0.0.0", "::"];
  return {
    dns: [...new Set([...dns, ...hosts.filter((host) => !isAddress(host))])],
    ip: [...new Set([...ip, ...hosts.filter((host) => isAddress(host) && !wildcards.includes(host))])],
  };
}

/** A certificate is replaced when so little of its life is left. */
const RENEW_MS = 30 * 24 * 3_600_000;

/** Whether a certificate that a file holds is still the one that is wanted. */
function isGood(
  pem: string,
  wanted: { readonly ca: Authority; readonly nowMs: number; readonly sans: PkiOptions["sans"] | undefined },
): boolean {
  try {
    const [certificate] = parseCertificates(pem);
    if (!certificate) return false;
    verifyCertificate(certificate, { roots: [wanted.ca.certificate], nowMs: wanted.nowMs + RENEW_MS, usage: "any" });
    const { dns = [], ip = [] } = certificate.extensions.sans ?? {};
    const { sans } = wanted;
    return !sans || (sans.dns.every((name) => dns.includes(name)) && sans.ip.every((address) => ip.includes(address)));
  } catch {
    return false;
  }
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
  try {
    return authorityFromPem({ certificate: cert, key });
  } catch (cause) {
    throw new ConfigError(`read ${path}.crt and ${path}.key: they are no authority's certificate and key`, { cause });
  }
}

async function openPair(
  path: string,
  make: () => PemPair,
  isWanted: (cert: string) => boolean = () => true,
): Promise<PairFiles> {
  const files = { certFile: `${path}.crt`, keyFile: `${path}.key` };
  if (await exists(files.keyFile)) {
    const pair = { cert: await readFile(files.certFile, "utf8"), key: await readFile(files.keyFile, "utf8") };
    if (isWanted(pair.cert)) return { ...files, ...pair };
    // Without its key a pair doesn't count, so that a crash between two files leaves none that don't fit.
    await rm(files.keyFile);
  }
  const made = make();
  await writeSecret(`${path}.crt`, made.cert);
  // The key comes last: its presence says that the pair is whole.
  await writeSecret(files.keyFile, made.key);
  return { ...files, ...made };
}

/** The key of service accounts: RSA, whose signatures every verifier of tokens knows. */
async function openTokenKey(path: string): Promise<string> {
  const file = `${path}.key`;
  if (await exists(file)) return file;
  const key = await generateRsaKey();
  await writeSecret(`${path}.pub`, publicKeyToPem(key.publicKey));
  await writeSecret(file, privateKeyToPem(key));
  return file;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Writes a file that only its owner may read; it is there whole or not at all. */
export async function writeSecret(path: string, text: string): Promise<void> {
  try {
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  } catch (error) {
    await rm(`${path}.new`, { force: true });
    throw error;
  }
}
