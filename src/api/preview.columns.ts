/** Columns of kinds that have no stable version yet. */
import type { StorageVersion } from "./apiserverinternal/v1alpha1/storageversion.ts";
import type { ClusterTrustBundle } from "./certificates/v1beta1/clustertrustbundle.ts";
import type { PodCertificateRequest } from "./certificates/v1beta1/podcertificaterequest.ts";
import { age, ageColumn, integerColumn, labelsText, nameColumn, textColumn } from "./columns.ts";
import type { LeaseCandidate } from "./coordination/v1beta1/leasecandidate.ts";
import type { Column } from "./kind.ts";
import type { DeviceTaintRule } from "./resource/v1alpha3/devicetaintrule.ts";
import type { PoolStatus, ResourcePoolStatusRequest } from "./resource/v1alpha3/resourcepoolstatusrequest.ts";
import type { PodGroup } from "./scheduling/v1alpha2/podgroup.ts";
import type { Workload } from "./scheduling/v1alpha2/workload.ts";
import type { StorageVersionMigration } from "./storagemigration/v1beta1/storageversionmigration.ts";

interface Condition {
  readonly type?: string;
  readonly status?: string;
}

/** The type of the last condition that holds. */
function state(conditions: readonly Condition[] | undefined, otherwise: string): string {
  return conditions?.findLast(({ status }) => status === "True")?.type ?? otherwise;
}

export const clusterTrustBundleColumns: readonly Column<ClusterTrustBundle>[] = [
  nameColumn,
  textColumn("SignerName", ({ spec }) => spec.signerName || "<none>"),
];

export const podCertificateRequestColumns: readonly Column<PodCertificateRequest>[] = [
  nameColumn,
  textColumn("PodName", ({ spec }) => spec.podName),
  textColumn("ServiceAccountName", ({ spec }) => spec.serviceAccountName),
  textColumn("NodeName", ({ spec }) => spec.nodeName),
  textColumn("SignerName", ({ spec }) => spec.signerName),
  textColumn("State", ({ status }) => state(status.conditions, "Pending")),
  textColumn("UnverifiedUserAnnotations", ({ spec }) => labelsText(spec.unverifiedUserAnnotations)),
];

export const leaseCandidateColumns: readonly Column<LeaseCandidate>[] = [
  nameColumn,
  textColumn("LeaseName", ({ spec }) => spec.leaseName),
  textColumn("BinaryVersion", ({ spec }) => spec.binaryVersion),
  textColumn("EmulationVersion", ({ spec }) => spec.emulationVersion ?? ""),
  ageColumn,
];

export const storageVersionColumns: readonly Column<StorageVersion>[] = [
  nameColumn,
  textColumn("CommonEncodingVersion", ({ status }) => status.commonEncodingVersion ?? "<unset>"),
  textColumn("StorageVersions", ({ status: { storageVersions } }) =>
    storageVersions?.length
      ? storageVersions.map(({ apiServerID, encodingVersion }) => `${apiServerID}=${encodingVersion}`).join(",")
      : "<unset>",
  ),
  ageColumn,
];

export const deviceTaintRuleColumns: readonly Column<DeviceTaintRule>[] = [
  nameColumn,
  textColumn("Key", ({ spec }) => spec.taint.key),
  textColumn("Value", ({ spec }) => spec.taint.value ?? ""),
  textColumn("Effect", ({ spec }) => spec.taint.effect),
  textColumn("TimeAdded", ({ spec }, now) => age(spec.taint.timeAdded ?? undefined, now)),
  ageColumn,
];

/** Devices of all pools together; pools that could not be read say nothing. */
function devices(name: string, count: (pool: PoolStatus) => number | undefined): Column<ResourcePoolStatusRequest> {
  return textColumn(name, ({ status }) =>
    status ? (status.pools ?? []).reduce((sum, pool) => sum + (count(pool) ?? 0), 0) : "",
  );
}

export const resourcePoolStatusRequestColumns: readonly Column<ResourcePoolStatusRequest>[] = [
  nameColumn,
  textColumn("Driver", ({ spec }) => spec.driver),
  devices("Total", ({ totalDevices }) => totalDevices),
  devices("Available", ({ availableDevices }) => availableDevices),
  devices("Allocated", ({ allocatedDevices }) => allocatedDevices),
  devices("Unavailable", ({ unavailableDevices }) => unavailableDevices),
  devices("Errors", ({ validationError }) => (validationError ? 1 : 0)),
  integerColumn("Pools", ({ status }) => status?.poolCount ?? 0),
  textColumn("Status", ({ status }) => state(status?.conditions, "Pending")),
  textColumn("Completed", ({ status }, now) => {
    const complete = status?.conditions?.find((one) => one.type === "Complete" && one.status === "True");
    return complete ? age(complete.lastTransitionTime ?? undefined, now) : "";
  }),
];

export const podGroupColumns: readonly Column<PodGroup>[] = [
  nameColumn,
  textColumn("Policy", ({ spec: { schedulingPolicy } }) => (schedulingPolicy.gang ? "Gang" : "Basic")),
  textColumn("Workload", ({ spec }) => spec.podGroupTemplateRef?.workload?.workloadName ?? "<none>"),
  textColumn("Status", ({ status }) => state(status.conditions, "Pending")),
  ageColumn,
];

export const workloadColumns: readonly Column<Workload>[] = [nameColumn, ageColumn];

export const storageVersionMigrationColumns: readonly Column<StorageVersionMigration>[] = [
  textColumn("Name", ({ metadata }) => metadata.name),
  textColumn("Resource", ({ spec: { resource } }) =>
    resource.group ? `${resource.resource}.${resource.group}` : resource.resource,
  ),
  textColumn("Status", ({ status }) => state(status.conditions, "")),
];
