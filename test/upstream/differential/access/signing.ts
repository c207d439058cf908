import { realClock, seededRandom } from "../../../../src/base/index.ts";
import {
  certificateToPem,
  createAuthority,
  createCertificateRequest,
  generateKey,
  generateRsaKey,
  issueKeyPair,
  privateKeyToPem,
} from "../../../../src/pki/index.ts";
import type { Script } from "../compare.ts";
import { pick } from "../mutate.ts";
import { chance, grant, impersonating, type Scene, some, untilSeen } from "./scene.ts";

const REQUESTS_PER_SCRIPT = 14;
const LIST = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Certificate signing requests: made, approved or denied, signed and deleted by users with some of the rights. */
export function signings({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `signing ${index}`,
    group: "signing",
    run: (ask, _own, id) => live({ ask, random: seededRandom(`${seed}/signing/${index}`), id, namespace: "" }),
  }));
}

const SIGNERS = [
  ...[
    "kubernetes.io/kube-apiserver-client",
    "kubernetes.io/kube-apiserver-client",
    "kubernetes.io/kube-apiserver-client-kubelet",
  ],
  ...[
    "kubernetes.io/kubelet-serving",
    "kubernetes.io/legacy-unknown",
    "acme.com/x",
    "acme.com/x",
    "acme.com/a/b",
    "nope",
    "",
    "kubernetes.io/",
  ],
];
const USAGES = ["client auth", "server auth", "digital signature", "key encipherment", "cert sign", "nope", "any", ""];
const SUBJECTS = [
  { commonName: "jane" },
  { commonName: "system:node:a", organizations: ["system:nodes"] },
  { commonName: "jane", organizations: ["system:masters"] },
  { commonName: "jane", organizations: ["team", "other"] },
  { commonName: "" },
];
const seeded = seededRandom("keys");
const KEY = generateKey({ random: seeded });
const RSA = await generateRsaKey();
const AUTHORITY = createAuthority({ clock: realClock(), random: seeded, commonName: "signer" });
const LEAF = issueKeyPair(AUTHORITY, {
  clock: realClock(),
  random: seeded,
  subject: { commonName: "jane" },
  usages: ["client auth"],
});
const CERTIFICATES = [
  ...[
    LEAF.certificatePem,
    LEAF.certificatePem + certificateToPem(AUTHORITY.certificate),
    `text\n${LEAF.certificatePem}`,
  ],
  ...[
    "",
    "nope",
    `-----BEGIN CERTIFICATE-----\n${base64("nope")}\n-----END CERTIFICATE-----\n`,
    LEAF.certificatePem.replaceAll("CERTIFICATE", "X"),
    `${LEAF.certificatePem}rest`,
  ],
  ...[
    privateKeyToPem(KEY),
    `${LEAF.certificatePem}\n\n${LEAF.keyPem}`,
    LEAF.certificatePem.replace("-----\n", "-----\nA: b\n\n"),
  ],
];

async function live(scene: Scene): Promise<void> {
  const { ask, random, id } = scene;
  const user = `u-${id}`;
  await grant(
    scene,
    "sign",
    user,
    Array.from({ length: 1 + random.int(3) }, () => signerRule(random)).concat({
      apiGroups: ["certificates.k8s.io"],
      resources: ["*"],
      verbs: ["*"],
    }),
  );
  await untilSeen();
  const name = `csr-${id}`;
  const asUser = chance(random, 0.7) ? impersonating(user, some(random, ["team", "system:authenticated"], 1)) : {};
  const body = signingRequest(scene, name);
  let made = await ask({ do: `POST ${LIST}`, body, ...asUser });
  if (made.status !== 201) made = await ask({ do: `POST ${LIST}`, body: soundRequest(name, random) });
  if (made.status !== 201) return;
  for (let index = 0; index < 7; index++) {
    const { body: now } = await ask({ do: `GET ${LIST}/${name}` });
    const part = pick(["/approval", "/approval", "/status", "/status", ""], random);
    const dry = chance(random, 0.4) ? "?dryRun=All" : "";
    await ask({
      do: `PUT ${LIST}/${name}${part}${dry}`,
      body: changed(now, random),
      ...(chance(random, 0.7) && asUser),
    });
  }
  await ask({ do: `DELETE ${LIST}/${name}` });
}

const SIGNER_NAMES = ["acme.com/x", "acme.com/*", "kubernetes.io/kube-apiserver-client", "kubernetes.io/*", "*"];
const signerRule = (random: Scene["random"]) => ({
  apiGroups: ["certificates.k8s.io"],
  resources: [pick(["signers", "signers", "*"], random)],
  verbs: some(random, ["approve", "sign", "attest", "*"], 2).concat("approve"),
  ...(chance(random, 0.8) && { resourceNames: some(random, SIGNER_NAMES, 2) }),
});

const request = (random: Scene["random"]) =>
  base64(
    createCertificateRequest({
      key: pick([KEY, KEY, RSA], random),
      subject: pick(SUBJECTS, random),
      ...(chance(random, 0.3) && { sans: { dns: ["a.b"], ip: ["10.0.0.1"] } }),
    }),
  );

const soundRequest = (name: string, random: Scene["random"]) => ({
  metadata: { name },
  spec: {
    request: request(random),
    signerName: pick(["acme.com/x", "kubernetes.io/kube-apiserver-client-kubelet"], random),
    usages: ["client auth"],
  },
});

function signingRequest({ random, id }: Scene, name: string): unknown {
  return {
    metadata: { name },
    spec: {
      ...(chance(random, 0.95) && {
        request: chance(random, 0.1) ? base64(pick(["nope", CERTIFICATES[0]!], random)) : request(random),
      }),
      ...(chance(random, 0.95) && { signerName: pick(SIGNERS, random) }),
      ...(chance(random, 0.9) && { usages: some(random, USAGES, 3) }),
      ...(chance(random, 0.3) && { expirationSeconds: pick([600, 599, 3600, 0, -1], random) }),
      ...(chance(random, 0.1) && { username: "somebody", groups: ["system:masters"], uid: id, extra: { a: ["b"] } }),
    },
    ...(chance(random, 0.05) && { status: { certificate: base64(LEAF.certificatePem) } }),
  };
}

/** The object with another status, which the caller may not be allowed to give it. */
function changed(object: Record<string, unknown>, random: Scene["random"]): unknown {
  const copy = structuredClone(object) as {
    metadata: { resourceVersion?: string; labels?: unknown };
    spec: Record<string, unknown>;
    status: Record<string, unknown>;
  };
  if (chance(random, 0.8)) delete copy.metadata.resourceVersion;
  if (chance(random, 0.1)) copy.metadata.labels = { a: "b" };
  if (chance(random, 0.05)) copy.spec.signerName = "acme.com/other";
  copy.status ??= {};
  if (chance(random, 0.6)) copy.status.conditions = conditions(copy.status.conditions as unknown[], random);
  if (chance(random, 0.5)) copy.status.certificate = base64(pick(CERTIFICATES, random));
  return copy;
}

function conditions(old: readonly unknown[] = [], random: Scene["random"]): unknown[] {
  const kept = chance(random, 0.8) ? old : [];
  const one = () => ({
    type: pick(["Approved", "Denied", "Failed", "Approved", "Other", ""], random),
    ...(chance(random, 0.95) && { status: pick(["True", "True", "True", "False", "Unknown", "x"], random) }),
    ...(chance(random, 0.7) && { reason: pick(["ByHand", "", "because"], random) }),
    ...(chance(random, 0.3) && { message: "said so" }),
    ...(chance(random, 0.1) && { lastUpdateTime: "2020-01-01T00:00:00Z", lastTransitionTime: "2020-01-01T00:00:00Z" }),
  });
  return [...kept, ...Array.from({ length: random.int(3) }, one)];
}
