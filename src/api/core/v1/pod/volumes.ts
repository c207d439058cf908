import { own } from "../../../../base/index.ts";
import type { FieldError } from "../../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicateValue,
  forbiddenField,
  invalidValue,
  problemsAt,
  required,
} from "../../../validation/index.ts";
import type { Volume } from "../volume.ts";
import { validateEphemeralVolume } from "./volume-ephemeral.ts";
import * as files from "./volume-files.ts";
import * as storage from "./volume-storage.ts";

/** A volume that may be mounted: its name is good and its source is sound. */
export type Volumes = ReadonlyMap<string, Volume>;

type Source = Exclude<keyof Volume, "name">;
type Check<S extends Source> = (path: string, source: NonNullable<Volume[S]>, volumeName: string) => FieldError[];

/** Rules of each type of volume, in the order in which they are asked. */
const CHECKS: { readonly [S in Source]: Check<S> } = {
  emptyDir: files.validateEmptyDir,
  hostPath: files.validateHostPath,
  gitRepo: files.validateGitRepo,
  gcePersistentDisk: storage.validateGcePersistentDisk,
  awsElasticBlockStore: storage.validateAwsElasticBlockStore,
  secret: files.validateSecret,
  nfs: storage.validateNfs,
  iscsi: storage.validateIscsi,
  glusterfs: storage.validateGlusterfs,
  flocker: storage.validateFlocker,
  persistentVolumeClaim: (path, { claimName }) => storage.allRequired(path, { claimName }),
  rbd: storage.validateRbd,
  cinder: storage.validateCinder,
  cephfs: storage.validateCephFs,
  quobyte: storage.validateQuobyte,
  downwardAPI: files.validateDownwardApi,
  fc: storage.validateFibreChannel,
  flexVolume: storage.validateFlexVolume,
  configMap: files.validateConfigMap,
  azureFile: (path, { secretName, shareName }) => storage.allRequired(path, { secretName, shareName }),
  vsphereVolume: (path, { volumePath }) => storage.allRequired(path, { volumePath }),
  photonPersistentDisk: (path, { pdID }) => storage.allRequired(path, { pdID }),
  portworxVolume: (path, { volumeID }) => storage.allRequired(path, { volumeID }),
  azureDisk: storage.validateAzureDisk,
  storageos: storage.validateStorageOs,
  projected: files.validateProjected,
  scaleIO: (path, { gateway, system, volumeName }) => storage.allRequired(path, { gateway, system, volumeName }),
  csi: storage.validateCsi,
  ephemeral: validateEphemeralVolume,
  image: files.validateImageVolume,
};

/** The path of a source, where it isn't the field's. */
const PATHS: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

/** Checks volumes; tells which of them may be mounted. */
export function validateVolumes(
  path: string,
  volumes: readonly Volume[],
  podName: string | undefined,
): { errors: FieldError[]; volumes: Volumes } {
  const sound = new Map<string, Volume>();
  const errors = volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`;
    const { name = "" } = volume;
    const wrong = [
      ...validateSource(at, volume, podName),
      ...(name === "" ? [required(`${at}.name`)] : problemsAt(`${at}.name`, name, dnsLabelProblems(name))),
      ...(sound.has(name) ? [duplicateValue(`${at}.name`, name)] : []),
    ];
    if (wrong.length === 0) sound.set(name, volume);
    return wrong;
  });
  return { errors: [...errors, ...claimsOfOthers(path, volumes, podName)], volumes: sound };
}

/** How a source is called that is one too many. */
const OTHER_NAMES: Readonly<Partial<Record<Source, string>>> = { cephfs: "cephFS", downwardAPI: "downwarAPI" };

function validateSource(path: string, volume: Volume, podName: string | undefined): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const type of Object.keys(CHECKS) as Source[]) {
    const source = volume[type];
    if (!source) continue;
    if (count++ > 0) {
      errors.push(
        forbiddenField(`${path}.${own(OTHER_NAMES, type) ?? type}`, "may not specify more than 1 volume type"),
      );
      continue;
    }
    const check = CHECKS[type] as Check<Source>;
    errors.push(...check(`${path}.${own(PATHS, type) ?? type}`, source as never, volume.name ?? ""));
    if (type === "ephemeral") errors.push(...validateClaimName(path, volume.name, podName));
  }
  return count > 0 ? errors : [required(path, "must specify a volume type")];
}

/** The claim that is made for an ephemeral volume is named after the pod and the volume. */
function validateClaimName(path: string, name: string | undefined, podName: string | undefined): FieldError[] {
  if (!podName || !name) return [];
  const claim = `${podName}-${name}`;
  const problems = dnsSubdomainProblems(claim).map((problem) => `PVC name ${JSON.stringify(claim)}: ${problem}`);
  return problemsAt(`${path}.name`, name, problems);
}

/** A claim that is made for one of the pod's ephemeral volumes can't be mounted by name as well. */
function claimsOfOthers(path: string, volumes: readonly Volume[], podName: string | undefined): FieldError[] {
  if (!podName) return [];
  const made = new Set(volumes.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${podName}-${name}`));
  return volumes.flatMap(({ persistentVolumeClaim: claim }, index) =>
    claim && made.has(claim.claimName)
      ? [
          invalidValue(
            `${path}[${index}].persistentVolumeClaim.claimName`,
            claim.claimName,
            "must not reference a PVC that gets created for an ephemeral volume",
          ),
        ]
      : [],
  );
}
