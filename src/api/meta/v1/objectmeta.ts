import { boolean, int64, list, map, raw, scalar, string, struct, time, type Infer } from "../../../schema/index.ts";

export const ObjectMeta = struct("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", () => ({
  name: string(1),
  generateName: string(2),
  namespace: string(3),
  selfLink: string(4),
  uid: string(5),
  resourceVersion: string(6),
  generation: int64(7),
  creationTimestamp: time(8, { omitZero: true }),
  deletionTimestamp: time(9, { ptr: true }),
  deletionGracePeriodSeconds: int64(10, { ptr: true }),
  labels: map(11, scalar.string),
  annotations: map(12, scalar.string),
  ownerReferences: list(13, OwnerReference, { list: "map", keys: ["uid"], patch: ["merge"], mergeKey: "uid" }),
  finalizers: list(14, scalar.string, { list: "set", patch: ["merge"] }),
  managedFields: list(17, ManagedFieldsEntry, { list: "atomic" }),
}));
export interface ObjectMeta extends Infer<typeof ObjectMeta> {}

export const ManagedFieldsEntry = struct("io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry", () => ({
  manager: string(1),
  operation: string(2),
  apiVersion: string(3),
  time: time(4, { ptr: true }),
  fieldsType: string(6),
  fieldsV1: raw(7, { ptr: true, typeName: "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1" }),
  subresource: string(8),
}));
export interface ManagedFieldsEntry extends Infer<typeof ManagedFieldsEntry> {}

export const OwnerReference = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
  () => ({
    apiVersion: string(5, { always: true, required: true }),
    kind: string(1, { always: true, required: true }),
    name: string(3, { always: true, required: true }),
    uid: string(4, { always: true, required: true }),
    controller: boolean(6, { ptr: true }),
    blockOwnerDeletion: boolean(7, { ptr: true }),
  }),
  { atomic: true },
);
export interface OwnerReference extends Infer<typeof OwnerReference> {}

/** The names of what metadata has, in the order in which it is written. */
export const METADATA_FIELDS: readonly (keyof ObjectMeta)[] = Array.from(
  ObjectMeta.fields,
  ([name]) => name as keyof ObjectMeta,
);
