import { seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { type RecordedRequest, filled } from "./corpus.ts";
import { mutatedSome } from "./create.ts";
import { pick, vocabularyOf } from "./mutate.ts";
import { updatesOf } from "./update.ts";

/** What both servers are started with, so that they serve every version. */
export const PREVIEW_FLAGS = {
  "runtime-config": "api/all=true",
  "feature-gates":
    "ClusterTrustBundle=true,GenericWorkload=true,PodCertificateRequest=true,StorageVersionMigrator=true",
};

/** Creations, updates and deletions of kinds that have no stable version yet. */
export function previews({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const random = seededRandom(`${seed}/previews`);
  const bases = OBJECTS.map(requestOf);
  const vocabulary = vocabularyOf(OBJECTS.map(({ body }) => body));
  const creations = Array.from({ length: Math.ceil(count / 2) }, (_, index): Script => {
    const base = pick(bases, random);
    return {
      title: `create ${index} of ${base.name}`,
      group: "create",
      run: async (ask, own, id) => {
        const { path, body } = filled(base, { namespace: "default", id });
        const { value } = mutatedSome(body, { random: own, vocabulary });
        await ask({ do: `POST ${path}?dryRun=All`, body: value });
      },
    };
  });
  return [...creations, ...updatesOf(bases, { vocabulary, random, count: count / 2 })];
}

interface PreviewObject {
  readonly path: string;
  readonly body: { readonly kind: string; readonly metadata: object; readonly spec: object; readonly status?: object };
}

function requestOf({ path, body }: PreviewObject): RecordedRequest {
  const [, group, version] = path.split("/");
  const name = `${body.kind} ${group}/${version}`;
  const from = { file: "preview", name, step: 0, status: 201 };
  return { ...from, method: "POST", path: `/apis/${path.slice(1)}`, query: "", type: undefined, body };
}

/** An authority that nobody has the key of. */
const CERTIFICATE =
  "-----BEGIN CERTIFICATE-----\nMIIBdDCCARugAwIBAgIUfdHORlj9ea9FXNMY4bpdcsq8RMowCgYIKoZIzj0EAwIw\nDzENMAsGA1UEAwwEcm9vdDAgFw0yNjExMjYwNDUyMzVaGA8yMTI2MTEwMjA0NTIz\nNVowDzENMAsGA1UEAwwEcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBeO\n68uVMtxUYmX7T4XZjA84SfFG9VDK1KLHvOzoI23gIBbXjdlGFsV3ZtEuk3p5DJ/6\nWscMRNCHXtdETKzVwcOjUzBRMB0GA1UdDgQWBBR+iTML3cE255QC8AS9i+L/Xm4i\nDDAfBgNVHSMEGDAWgBR+iTML3cE255QC8AS9i+L/Xm4iDDAPBgNVHRMBAf8EBTAD\nAQH/MAoGCCqGSM49BAMCA0cAMEQCIGF+kwZArbO+ZkHCJ8QNA1yGlgQJQTOcc1zm\nwppfRLKaAiBINt9vsyKJObAopCKH4SolDQzAoSWmXTYTBjbEHyJETA==\n-----END CERTIFICATE-----\n";

/** A request without a subject, signed by the key that it is for. */
const STUB_REQUEST =
  "MIG6MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBeO68uVMtxUYmX7T4XZjA84SfFG9VDK1KLHvOzoI23gIBbXjdlGFsV3ZtEuk3p5DJ/6WscMRNCHXtdETKzVwcOgADAKBggqhkjOPQQDAgNIADBFAiEAjgQhPENvAa25dPn2GCeGxYTdurRaUxkuQ5NpbeE/d7oCIBq+LQQA62rKUWVZY5/hi95epUV/FiDt4d65hnLq/YYV";

const metadata = { name: "p-$ID", labels: { app: "preview" } };
const GANG = { gang: { minCount: 2 } };
const bundleNamed = (name: string, spec: object) => ({
  kind: "ClusterTrustBundle",
  metadata: { ...metadata, name },
  spec: { ...spec, trustBundle: CERTIFICATE },
});
const taintRule = {
  kind: "DeviceTaintRule",
  metadata,
  spec: {
    deviceSelector: { driver: "driver.example", pool: "pool", device: "gpu-0" },
    taint: { key: "example.com/broken", value: "yes", effect: "NoExecute", timeAdded: "2026-01-01T00:00:00Z" },
  },
};
const candidate = {
  kind: "LeaseCandidate",
  metadata,
  spec: {
    leaseName: "component",
    binaryVersion: "1.36.1",
    emulationVersion: "1.35.0",
    strategy: "OldestEmulationVersion",
    pingTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:01.000000Z",
  },
};

const OBJECTS: readonly PreviewObject[] = [
  ...["v1alpha1", "v1beta1"].flatMap((version) => [
    { path: `/certificates.k8s.io/${version}/clustertrustbundles`, body: bundleNamed("p-$ID", {}) },
    {
      path: `/certificates.k8s.io/${version}/clustertrustbundles`,
      body: bundleNamed("example.com:signer:p-$ID", { signerName: "example.com/signer" }),
    },
  ]),
  {
    path: "/certificates.k8s.io/v1beta1/namespaces/$NS/podcertificaterequests",
    body: {
      kind: "PodCertificateRequest",
      metadata,
      spec: {
        signerName: "example.com/signer",
        podName: "web-0",
        podUID: "5f0f4a3a-0c8e-4f64-9dd7-3f4bb0bb0d43",
        serviceAccountName: "default",
        serviceAccountUID: "9a1c9d7e-5b5f-4f5b-8a1e-0d2f6f6c7f11",
        nodeName: "node-1",
        nodeUID: "0a3f6f0e-8a61-4d5c-9a73-1c9b2c0f5e77",
        maxExpirationSeconds: 86400,
        stubPKCS10Request: STUB_REQUEST,
        unverifiedUserAnnotations: { "example.com/purpose": "test" },
      },
    },
  },
  { path: "/coordination.k8s.io/v1alpha2/namespaces/$NS/leasecandidates", body: candidate },
  { path: "/coordination.k8s.io/v1beta1/namespaces/$NS/leasecandidates", body: candidate },
  { path: "/resource.k8s.io/v1alpha3/devicetaintrules", body: taintRule },
  { path: "/resource.k8s.io/v1beta2/devicetaintrules", body: taintRule },
  {
    path: "/resource.k8s.io/v1alpha3/resourcepoolstatusrequests",
    body: {
      kind: "ResourcePoolStatusRequest",
      metadata,
      spec: { driver: "driver.example", poolName: "pool", limit: 10 },
    },
  },
  {
    path: "/scheduling.k8s.io/v1alpha2/namespaces/$NS/podgroups",
    body: {
      kind: "PodGroup",
      metadata,
      spec: {
        podGroupTemplateRef: { workload: { workloadName: "work", podGroupTemplateName: "workers" } },
        schedulingPolicy: GANG,
      },
    },
  },
  {
    path: "/scheduling.k8s.io/v1alpha2/namespaces/$NS/podgroups",
    body: { kind: "PodGroup", metadata, spec: { schedulingPolicy: { basic: {} } } },
  },
  {
    path: "/scheduling.k8s.io/v1alpha2/namespaces/$NS/workloads",
    body: {
      kind: "Workload",
      metadata,
      spec: {
        controllerRef: { apiGroup: "batch", kind: "Job", name: "work" },
        podGroupTemplates: [
          { name: "workers", schedulingPolicy: GANG },
          { name: "leader", schedulingPolicy: { basic: {} } },
        ],
      },
    },
  },
  {
    path: "/internal.apiserver.k8s.io/v1alpha1/storageversions",
    body: {
      kind: "StorageVersion",
      metadata: { ...metadata, name: "example.com.things-$ID" },
      spec: {},
      status: {
        storageVersions: [
          { apiServerID: "one", encodingVersion: "v1", decodableVersions: ["v1", "v1beta1"], servedVersions: ["v1"] },
        ],
        commonEncodingVersion: "v1",
        conditions: [{ type: "AllEncodingVersionsEqual", status: "True", reason: "Same", message: "all the same" }],
      },
    },
  },
  {
    path: "/storagemigration.k8s.io/v1beta1/storageversionmigrations",
    body: {
      kind: "StorageVersionMigration",
      metadata,
      spec: { resource: { group: "apps", resource: "deployments" } },
      status: { conditions: [{ type: "Running", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }] },
    },
  },
];
