import { list, ref, string, struct, type Infer } from "../../../schema/index.ts";
import { KEPT_WITH_STATUS, kind, type InferKind } from "../../kind.ts";
import { Condition } from "../../meta/v1/condition.ts";
import { GroupResource } from "../../meta/v1/groupresource.ts";

export const StorageVersionMigrationStatus = struct(
  "io.k8s.api.storagemigration.v1beta1.StorageVersionMigrationStatus",
  () => ({
    conditions: list(1, Condition, { list: "map", keys: ["type"], patch: ["merge"], mergeKey: "type" }),
    resourceVersion: string(2),
  }),
);
export interface StorageVersionMigrationStatus extends Infer<typeof StorageVersionMigrationStatus> {}

export const StorageVersionMigrationSpec = struct(
  "io.k8s.api.storagemigration.v1beta1.StorageVersionMigrationSpec",
  () => ({
    resource: ref(1, GroupResource, { required: true }),
  }),
);
export interface StorageVersionMigrationSpec extends Infer<typeof StorageVersionMigrationSpec> {}

export const StorageVersionMigration = kind({
  name: "io.k8s.api.storagemigration.v1beta1.StorageVersionMigration",
  group: "storagemigration.k8s.io",
  version: "v1beta1",
  kind: "StorageVersionMigration",
  plural: "storageversionmigrations",
  scope: "Cluster",
  rules: { statusKeeps: KEPT_WITH_STATUS },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, StorageVersionMigrationSpec),
    status: ref(3, StorageVersionMigrationStatus),
  }),
});
export interface StorageVersionMigration extends InferKind<typeof StorageVersionMigration> {}
