import {
  findVolume,
  isBoundTo,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  storageClassOf,
  volumeMismatch,
} from "../../api/index.ts";

export const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
export const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
export const PROVISIONER_ANNOTATIONS = [
  "volume.beta.kubernetes.io/storage-provisioner",
  "volume.kubernetes.io/storage-provisioner",
];

export interface Note {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What to do for a claim. */
export type ClaimPlan =
  | { readonly do: "bind"; readonly volume: PersistentVolume }
  | { readonly do: "wait"; readonly note?: Note }
  | { readonly do: "lose"; readonly note: Note }
  /** Somebody outside is asked to make a volume. */
  | { readonly do: "provision"; readonly provisioner: string; readonly note: Note }
  | { readonly do: "setClass"; readonly name: string };

export interface ClaimObserved {
  readonly claim: PersistentVolumeClaim;
  readonly volumes: readonly PersistentVolume[];
  readonly classes: readonly StorageClass[];
  /** A pod that uses the claim and has no node yet. */
  readonly waitingPod: string | undefined;
}

/** What to do now for one claim. */
export function planClaim(observed: ClaimObserved): ClaimPlan {
  const { claim, volumes } = observed;
  const { volumeName } = claim.spec;
  const volume = volumes.find(({ metadata }) => metadata.name === volumeName);
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return planBound(claim, volume);
  if (!volumeName) return planUnbound(observed);
  if (!volume) return { do: "wait" };
  if (isBoundTo(volume, claim)) return { do: "bind", volume };
  if (!volume.spec.claimRef) {
    const mismatch = volumeMismatch(volume, claim);
    if (!mismatch) return { do: "bind", volume };
    const message = `Cannot bind to requested volume "${volumeName}": ${mismatch}`;
    return { do: "wait", note: { type: "Warning", reason: "VolumeMismatch", message } };
  }
  const message = `volume "${volumeName}" already bound to a different claim.`;
  return { do: "wait", note: { type: "Warning", reason: "FailedBinding", message } };
}

function planBound(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  const lost = (reason: string, message: string): ClaimPlan => ({
    do: "lose",
    note: { type: "Warning", reason, message },
  });
  if (!claim.spec.volumeName)
    return lost("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
  if (!volume) return lost("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
  const uid = volume.spec.claimRef?.uid;
  if (!volume.spec.claimRef || uid === claim.metadata.uid) return { do: "bind", volume };
  return lost("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
}

function planUnbound(observed: ClaimObserved): ClaimPlan {
  const { claim, volumes, classes, waitingPod } = observed;
  const className = storageClassOf(claim);
  if (className === undefined) {
    const name = defaultClass(classes);
    if (name !== undefined) return { do: "setClass", name };
  }
  const storageClass = classes.find(({ metadata }) => metadata.name === className);
  const waits =
    storageClass?.volumeBindingMode === "WaitForFirstConsumer" && !claim.metadata.annotations?.[SELECTED_NODE];
  const volume = findVolume(claim, volumes, { onlyMeant: waits });
  if (volume) return { do: "bind", volume };
  if (waits) return { do: "wait", note: waitingNote(waitingPod) };
  if (className) return planProvision(className, storageClass);
  const message = "no persistent volumes available for this claim and no storage class is set";
  return { do: "wait", note: { type: "Normal", reason: "FailedBinding", message } };
}

function waitingNote(pod: string | undefined): Note {
  return pod === undefined
    ? {
        type: "Normal",
        reason: "WaitForFirstConsumer",
        message: "waiting for first consumer to be created before binding",
      }
    : { type: "Normal", reason: "WaitForPodScheduled", message: `waiting for pod ${pod} to be scheduled` };
}

/** The newest of the default classes, if there is one. */
function defaultClass(classes: readonly StorageClass[]): string | undefined {
  const defaults = classes.filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === "true");
  defaults.sort((a, b) => {
    const [left, right] = [a.metadata, b.metadata];
    if (left.creationTimestamp !== right.creationTimestamp)
      return left.creationTimestamp > right.creationTimestamp ? -1 : 1;
    return left.name < right.name ? -1 : 1;
  });
  return defaults[0]?.metadata.name;
}

function planProvision(className: string, storageClass: StorageClass | undefined): ClaimPlan {
  const failed = (message: string): ClaimPlan => ({
    do: "wait",
    note: { type: "Warning", reason: "ProvisioningFailed", message },
  });
  if (!storageClass) return failed(`storageclass.storage.k8s.io "${className}" not found`);
  const { provisioner } = storageClass;
  // These would be built in, and none is.
  if (provisioner.startsWith("kubernetes.io/")) return failed(`no volume plugin matched name: ${provisioner}`);
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return { do: "provision", provisioner, note: { type: "Normal", reason: "ExternalProvisioning", message } };
}

/** What a volume's status should say, and whether its claim is to let it go. */
export interface VolumePlan {
  readonly phase?: string;
  readonly message?: string;
  readonly note?: Note;
  /** Nobody claims it any more: it is free for others. */
  readonly unbind?: true;
  readonly remove?: true;
}

/** What to do now for one volume, given the claim that it names, as the server has it. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const { claimRef } = volume.spec;
  if (!claimRef?.uid) return { phase: "Available" };
  if (!claim || claim.metadata.uid !== claimRef.uid) return reclaim(volume);
  if (claim.spec.volumeName === volume.metadata.name) return { phase: "Bound" };
  if (!claim.spec.volumeName) return {};
  // The claim took another volume.
  return volume.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined ? { unbind: true } : {};
}

function reclaim({ spec, status, metadata }: PersistentVolume): VolumePlan {
  const policy = spec.persistentVolumeReclaimPolicy ?? "Retain";
  if (policy === "Retain") return { phase: "Released" };
  if (status.phase === "Failed") return {};
  const failed = (message: string): VolumePlan => ({
    phase: "Failed",
    message,
    note: { type: "Warning", reason: policy === "Delete" ? "VolumeFailedDelete" : "VolumeFailedRecycle", message },
  });
  if (policy === "Recycle") return failed("No recycler plugin found for the volume!");
  const provisioner = metadata.annotations?.[PROVISIONED_BY];
  // Whoever made it outside also takes it away, once it is released.
  if (spec.csi || (provisioner && !provisioner.startsWith("kubernetes.io/"))) return { phase: "Released" };
  if (!spec.hostPath)
    return failed(
      `error getting deleter volume plugin for volume "${metadata.name}": no deletable volume plugin matched`,
    );
  const { path } = spec.hostPath;
  return failed(`host_path deleter only supports /tmp/.+ but received provided ${path}`);
}
