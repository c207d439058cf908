import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { behaviorOf } from "./behaviors.ts";
import { StorageVersion } from "./apiserverinternal/v1alpha1/storageversion.ts";
import { ClusterTrustBundle } from "./certificates/v1beta1/clustertrustbundle.ts";
import { PodCertificateRequest } from "./certificates/v1beta1/podcertificaterequest.ts";
import { LeaseCandidate } from "./coordination/v1beta1/leasecandidate.ts";
import type { FieldError, KindDefinition } from "./kind.ts";
import { DeviceTaintRule } from "./resource/v1alpha3/devicetaintrule.ts";
import { ResourcePoolStatusRequest } from "./resource/v1alpha3/resourcepoolstatusrequest.ts";
import { PodGroup } from "./scheduling/v1alpha2/podgroup.ts";
import { Workload } from "./scheduling/v1alpha2/workload.ts";
import { StorageVersionMigration } from "./storagemigration/v1beta1/storageversionmigration.ts";

interface Case {
  readonly spec?: object;
  readonly status?: object;
  readonly name?: string;
}

const told = (errors: readonly FieldError[] = []) =>
  errors.map(({ path, type, detail }) => `${path}: ${type}${detail && ` ${detail.slice(0, 60)}`}`);

/** What is said of a new object with this spec, or of an update to this status. */
function check(kind: KindDefinition, { spec = {}, status, name = "one" }: Case, expected: readonly string[]): void {
  const behavior = behaviorOf(kind);
  const object = { metadata: { name }, spec, status: status ?? {} };
  const names = (behavior.nameProblems?.(object as never, name) ?? []).map(
    (problem) => `name: ${problem.slice(0, 60)}`,
  );
  const errors = status
    ? behavior.validateStatusUpdate?.(object as never, { ...object, status: {} } as never)
    : behavior.validate?.(object as never);
  assert.deepEqual([...names, ...told(errors)], expected);
}

const pem = (type: string, body: string) => `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`;
const CONDITION = { status: "True", reason: "R", message: "m", lastTransitionTime: "2026-01-01T00:00:00Z" };

suite("kinds without a stable version", () => {
  test("bundles of certificates", () => {
    const none = "spec.trustBundle: Invalid at least one trust anchor must be provided";
    check(ClusterTrustBundle, { spec: { trustBundle: "x" } }, [none]);
    check(ClusterTrustBundle, { spec: { trustBundle: pem("KEY", "AAAA") } }, [
      "spec.trustBundle: Invalid entry 0 has bad block type: KEY",
    ]);
    check(ClusterTrustBundle, { spec: { trustBundle: pem("CERTIFICATE", "a: b\n\nAAAA") } }, [
      "spec.trustBundle: Invalid entry 0 has PEM block headers",
    ]);
    check(ClusterTrustBundle, { spec: { trustBundle: pem("CERTIFICATE", "AAAA") } }, [
      "spec.trustBundle: Invalid entry 0 does not parse as X.509",
    ]);
    check(ClusterTrustBundle, { name: "a:b", spec: { trustBundle: "" } }, [
      'name: ClusterTrustBundle without signer name must not have ":" in ',
      none,
    ]);
    check(ClusterTrustBundle, { name: "a", spec: { signerName: "a.b/c", trustBundle: "" } }, [
      "name: ClusterTrustBundle for signerName a.b/c must be named with p",
      none,
    ]);
  });

  test("pods' requests for certificates", () => {
    const names = {
      podName: "p",
      podUID: "1",
      serviceAccountName: "s",
      serviceAccountUID: "2",
      nodeName: "n",
      nodeUID: "3",
    };
    const spec = { signerName: "a.b/c", ...names, maxExpirationSeconds: 60, stubPKCS10Request: "AAAA" };
    check(PodCertificateRequest, { spec }, [
      "spec.maxExpirationSeconds: Invalid must be in the range [3600, 7862400]",
      "spec.stubPKCS10Request: Invalid must be a valid PKCS#10 CSR",
    ]);
    check(PodCertificateRequest, { status: { conditions: [{ ...CONDITION, type: "Issued" }] } }, [
      "status.certificateChain: Invalid issued certificate chain must contain at least one certifica",
    ]);
    check(PodCertificateRequest, { status: { conditions: [{ ...CONDITION, type: "Other" }] } }, [
      'status.conditions.[0].type: NotSupported supported values: "Issued", "Denied", "Failed"',
    ]);
    check(PodCertificateRequest, { status: { certificateChain: "x" } }, [
      'status: Invalid status is immutable unless transitioning to "Issued", "Denie',
    ]);
  });

  test("candidates for a lease", () => {
    const spec = { leaseName: "l", binaryVersion: "1.2", emulationVersion: "1.1.0", strategy: "X" };
    check(LeaseCandidate, { spec }, [
      "spec.binaryVersion: Invalid must be a valid semantic version",
      "spec.binaryVersion: Invalid must be greater than or equal to `emulationVersion`",
      'spec.strategy.strategy: NotSupported supported values: "OldestEmulationVersion"',
    ]);
    check(
      LeaseCandidate,
      { spec: { ...spec, binaryVersion: "1.10.0", emulationVersion: "1.9.0", strategy: "a.b/c" } },
      [],
    );
  });

  test("taints of devices, and questions about pools", () => {
    const taint = { key: "", value: "v", effect: "X" };
    check(DeviceTaintRule, { spec: { deviceSelector: { driver: "" }, taint: { ...taint, key: "k" } } }, [
      "spec.deviceSelector.driver: Required",
      'spec.taint.effect: NotSupported supported values: "NoExecute", "NoSchedule", "None"',
    ]);
    check(ResourcePoolStatusRequest, { spec: { driver: "a.b", poolName: "a//b", limit: 0 } }, [
      "spec.poolName: Invalid segment 1: must not be empty",
      "spec.limit: Invalid must be greater than or equal to 1",
    ]);
    check(ResourcePoolStatusRequest, { status: { pools: [{}] } }, [
      "status.poolCount: Required",
      "status.pools[0].driver: Required",
      "status.pools[0].poolName: Required",
      "status.pools[0].generation: Required",
    ]);
  });

  test("pods that are scheduled together", () => {
    check(PodGroup, { spec: { podGroupTemplateRef: {}, schedulingPolicy: { basic: {}, gang: {} } } }, [
      "spec.podGroupTemplateRef: Invalid must specify one of: `workload`",
      "spec.schedulingPolicy: Invalid must specify exactly one of: `basic`, `gang`",
      "spec.schedulingPolicy.gang.minCount: Required",
    ]);
    const template = { name: "a.b", schedulingPolicy: { gang: { minCount: -1 } } };
    check(Workload, { spec: { controllerRef: { kind: "a/b" }, podGroupTemplates: [template] } }, [
      "spec.controllerRef.kind: Invalid may not contain '/'",
      "spec.controllerRef.name: Required",
      "spec.podGroupTemplates[0].name: Invalid must not contain dots",
      "spec.podGroupTemplates[0].schedulingPolicy.gang.minCount: Invalid must be greater than or equal to 1",
    ]);
  });

  test("versions in the store, and moves to others", () => {
    check(StorageVersion, { name: "things" }, ["name: name must be in the form of <group>.<resource>"]);
    const server = { apiServerID: "one", encodingVersion: "v1", decodableVersions: ["v2"], servedVersions: [] };
    check(StorageVersion, { name: "a.things", status: { storageVersions: [server] } }, [
      "status.storageVersions[0].decodableVersions: Invalid decodableVersions must include encodingVersion v1",
      "status.commonEncodingVersion: Invalid the common encoding version is v1",
    ]);
    check(StorageVersionMigration, { spec: { resource: { group: "" } } }, [
      "spec.resource.resource: Required resource is required to be set",
    ]);
    const both = [
      { ...CONDITION, type: "Succeeded" },
      { ...CONDITION, type: "Failed" },
    ];
    check(StorageVersionMigration, { status: { resourceVersion: "x", conditions: both } }, [
      "status.resourceVersion: Invalid resource version is not well formed: x",
      "status.conditions: Invalid Both success and failed conditions cannot be true at the sam",
    ]);
  });
});
