import { string, struct, type Infer } from "../../../schema/index.ts";

export const SecretReference = struct(
  "io.k8s.api.core.v1.SecretReference",
  () => ({
    name: string(1),
    namespace: string(2),
  }),
  { atomic: true },
);
export interface SecretReference extends Infer<typeof SecretReference> {}

export const ObjectReference = struct(
  "io.k8s.api.core.v1.ObjectReference",
  () => ({
    kind: string(1),
    namespace: string(2),
    name: string(3),
    uid: string(4),
    apiVersion: string(5),
    resourceVersion: string(6),
    fieldPath: string(7),
  }),
  { atomic: true },
);
export interface ObjectReference extends Infer<typeof ObjectReference> {}

export const TypedObjectReference = struct("io.k8s.api.core.v1.TypedObjectReference", () => ({
  apiGroup: string(1, { ptr: true, always: true }),
  kind: string(2, { always: true, required: true }),
  name: string(3, { always: true, required: true }),
  namespace: string(4, { ptr: true, gates: ["CrossNamespaceVolumeDataSource"] }),
}));
export interface TypedObjectReference extends Infer<typeof TypedObjectReference> {}

export const TypedLocalObjectReference = struct(
  "io.k8s.api.core.v1.TypedLocalObjectReference",
  () => ({
    apiGroup: string(1, { ptr: true, always: true }),
    kind: string(2, { always: true, required: true }),
    name: string(3, { always: true, required: true }),
  }),
  { atomic: true },
);
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const LocalObjectReference = struct(
  "io.k8s.api.core.v1.LocalObjectReference",
  () => ({
    name: string(1, { default: "" }),
  }),
  { atomic: true },
);
export interface LocalObjectReference extends Infer<typeof LocalObjectReference> {}
