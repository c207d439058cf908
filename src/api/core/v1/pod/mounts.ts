import type { FieldError } from "../../../kind.ts";
import { forbiddenField, invalidValue, missingReference, notSupported, required } from "../../../validation/index.ts";
import type { VolumeDevice, VolumeMount } from "../container.ts";
import { descendingPath } from "./paths.ts";
import type { Volumes } from "./volumes.ts";

const PROPAGATIONS = ["Bidirectional", "HostToContainer", "None"];
const RECURSIVE = ["Disabled", "Enabled", "IfPossible"];
const UNIQUE = "must be unique";

/** What a container mounts, as files and as block devices: the two may not use one volume or path twice. */
interface Mounting {
  readonly volumeMounts?: readonly VolumeMount[] | undefined;
  readonly volumeDevices?: readonly VolumeDevice[] | undefined;
  readonly securityContext?: { readonly privileged?: boolean | undefined } | undefined;
}

export function validateMounts(path: string, container: Mounting, volumes: Volumes): FieldError[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const taken = new Set<string>();
  return volumeMounts.flatMap((mount, index) => {
    const { name, mountPath } = mount;
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(missingReference(`${at}.name`, name ?? ""));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (taken.has(mountPath)) errors.push(invalidValue(`${at}.mountPath`, mountPath, UNIQUE));
    taken.add(mountPath);
    if (volumeDevices.some((device) => device.name === name))
      errors.push(invalidValue(`${at}.name`, name, "must not already exist in volumeDevices"));
    if (volumeDevices.some((device) => device.devicePath === mountPath))
      errors.push(invalidValue(`${at}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"));
    if (mount.subPath && mount.subPathExpr)
      errors.push(
        invalidValue(`${at}.subPathExpr`, mount.subPathExpr, "subPathExpr and subPath are mutually exclusive"),
      );
    // The rest is told without the mount's index.
    return [...errors, ...validateSubPaths(path, mount), ...validatePropagation(path, mount, container)];
  });
}

function validateSubPaths(path: string, { subPath, subPathExpr }: VolumeMount): FieldError[] {
  return [
    ...(subPath ? descendingPath(`${path}.subPath`, subPath) : []),
    ...(subPathExpr ? descendingPath(`${path}.subPathExpr`, subPathExpr) : []),
  ];
}

function validatePropagation(path: string, mount: VolumeMount, { securityContext }: Mounting): FieldError[] {
  const { mountPropagation: propagation, recursiveReadOnly: recursive, readOnly } = mount;
  const errors: FieldError[] = [];
  const at = `${path}.mountPropagation`;
  if (propagation !== undefined && !PROPAGATIONS.includes(propagation))
    errors.push(notSupported(at, propagation, PROPAGATIONS));
  if (propagation === "Bidirectional" && !securityContext?.privileged)
    errors.push(forbiddenField(at, "Bidirectional mount propagation is available only to privileged containers"));
  if (recursive === undefined || recursive === "Disabled") return errors;
  const readOnlyPath = `${path}.recursiveReadOnly`;
  if (!RECURSIVE.includes(recursive)) return [...errors, notSupported(readOnlyPath, recursive, RECURSIVE)];
  if (!readOnly) errors.push(forbiddenField(readOnlyPath, "may only be specified when readOnly is true"));
  if (propagation !== undefined && propagation !== "None")
    errors.push(forbiddenField(readOnlyPath, "may only be specified when mountPropagation is None or not specified"));
  return errors;
}

export function validateDevices(path: string, container: Mounting, volumes: Volumes): FieldError[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const names = new Set<string>();
  const paths = new Set<string>();
  return volumeDevices.flatMap(({ name, devicePath }, index) => {
    const at = { name: `${path}[${index}].name`, path: `${path}[${index}].devicePath` };
    const volume = volumes.get(name);
    const errors: FieldError[] = [];
    if (!name) errors.push(required(at.name));
    if (names.has(name)) errors.push(invalidValue(at.name, name, UNIQUE));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      const detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
      errors.push(invalidValue(at.name, name, detail));
    }
    if (!volume) errors.push(missingReference(at.name, name ?? ""));
    if (!devicePath) errors.push(required(at.path));
    if (paths.has(devicePath)) errors.push(invalidValue(at.path, devicePath, UNIQUE));
    if (devicePath?.split("/").includes(".."))
      errors.push(invalidValue(at.path, devicePath, "can not contain backsteps ('..')"));
    paths.add(devicePath);
    if (volumeMounts.some((mount) => mount.name === name))
      errors.push(invalidValue(at.name, name, "must not already exist in volumeMounts"));
    if (volumeMounts.some((mount) => mount.mountPath === devicePath))
      errors.push(invalidValue(at.path, devicePath, "must not already exist as a path in volumeMounts"));
    if (name) names.add(name);
    return errors;
  });
}
