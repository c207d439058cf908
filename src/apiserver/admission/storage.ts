import { own } from "../../base/index.ts";
import {
  compareQuantities,
  forbidden,
  isDefaultClass,
  type KubeObject,
  type PersistentVolumeClaim,
  StorageClass,
  VOLUME_CLASS_ANNOTATION,
} from "../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../contracts.ts";

/** Finalizers that keep storage objects while something uses them. */
const PROTECTIONS: Readonly<Record<string, string>> = {
  "/persistentvolumes": "kubernetes.io/pv-protection",
  "/persistentvolumeclaims": "kubernetes.io/pvc-protection",
  "storage.k8s.io/volumeattributesclasses": "kubernetes.io/vac-protection",
};

/** Protects new volumes, claims and attribute classes from deletion while they are in use. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  resources: Object.keys(PROTECTIONS),
  async admit({ operation, kind, subresource, object }) {
    const finalizer = own(PROTECTIONS, `${kind.group}/${kind.plural}`);
    if (operation !== "CREATE" || subresource !== "" || !object || finalizer === undefined) return;
    const metadata = object.metadata as { finalizers?: string[] };
    if (!metadata.finalizers?.includes(finalizer)) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  },
};

/** Claims that name no class get the default one; of several the newest. */
export const defaultStorageClass: AdmissionPlugin = {
  name: "DefaultStorageClass",
  resources: ["/persistentvolumeclaims"],
  async admit(request) {
    if (request.operation !== "CREATE" || !isClaim(request)) return;
    const claim = request.object as unknown as {
      spec: { storageClassName?: string };
      metadata: KubeObject["metadata"];
    };
    const annotation = claim.metadata.annotations?.[VOLUME_CLASS_ANNOTATION];
    if (claim.spec.storageClassName !== undefined || annotation !== undefined) return;
    const found = newest((await request.reads.list(StorageClass)).filter(isDefaultClass));
    if (found) claim.spec.storageClassName = found.metadata.name;
  },
};

/** The newest object; of several the first by name. */
export function newest<T extends Pick<KubeObject, "metadata">>(objects: readonly T[]): T | undefined {
  const order = ({ metadata }: T) => [metadata.creationTimestamp, metadata.name] as const;
  return [...objects].sort((a, b) => {
    const [timeA, nameA] = order(a);
    const [timeB, nameB] = order(b);
    return timeA === timeB ? (nameA < nameB ? -1 : 1) : timeA > timeB ? -1 : 1;
  })[0];
}

/** Claims grow only where their class says that volumes can. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: "PersistentVolumeClaimResize",
  resources: ["/persistentvolumeclaims"],
  async validate(request) {
    if (request.operation !== "UPDATE" || !isClaim(request)) return;
    const { kind, name, reads } = request;
    const claim = request.object as unknown as PersistentVolumeClaim;
    const old = request.oldObject as PersistentVolumeClaim;
    const size = (one: PersistentVolumeClaim) => one.spec.resources?.requests?.storage ?? "0";
    if (compareQuantities(size(claim), size(old)) <= 0) return;
    if (old.status.phase !== "Bound")
      throw forbidden(kind, name, "Only bound persistent volume claims can be expanded");
    const [now, before] = [classOf(claim), classOf(old)];
    const found = now !== "" && now === before ? await reads.get(StorageClass, { name: now }) : undefined;
    if (found?.allowVolumeExpansion) return;
    const why =
      "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    throw forbidden(kind, name, why);
  },
};

function isClaim({ kind, subresource, object }: AdmissionRequest): boolean {
  return kind.group === "" && kind.plural === "persistentvolumeclaims" && subresource === "" && object !== undefined;
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[VOLUME_CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
}
