import type { FieldError } from "../../../kind.ts";
import {
  configMapKeyProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  envNameProblems,
  invalidValue,
  missingReference,
  problemsAt,
  required,
} from "../../../validation/index.ts";
import type { Container, EnvFromSource, EnvVar, EnvVarSource, FileKeySelector } from "../container.ts";
import { ENV_FIELDS, validateFieldRef, validateResourceFieldRef } from "./downward.ts";
import { noBacksteps } from "./paths.ts";
import type { Volumes } from "./volumes.ts";

const ONE_AT_A_TIME = "may not have more than one field specified at a time";
const SOURCES =
  "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";

/** Environment variables of a container. */
export function validateEnv(path: string, env: readonly EnvVar[] = []): FieldError[] {
  return env.flatMap(({ name, value, valueFrom }, index) => {
    const at = `${path}[${index}]`;
    const errors = name ? problemsAt(`${at}.name`, name, envNameProblems(name)) : [required(`${at}.name`)];
    if (valueFrom) errors.push(...validateValueFrom(`${at}.valueFrom`, valueFrom, value));
    return errors;
  });
}

function validateValueFrom(path: string, source: EnvVarSource, value: string | undefined): FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  const errors: FieldError[] = [];
  if (fieldRef) errors.push(...validateFieldRef(`${path}.fieldRef`, fieldRef, ENV_FIELDS));
  if (resourceFieldRef) errors.push(...validateResourceFieldRef(`${path}.resourceFieldRef`, resourceFieldRef));
  if (configMapKeyRef) errors.push(...validateKeyRef(`${path}.configMapKeyRef`, configMapKeyRef));
  if (secretKeyRef) errors.push(...validateKeyRef(`${path}.secretKeyRef`, secretKeyRef));
  if (fileKeyRef) errors.push(...validateFileKeyRef(`${path}.fileKeyRef`, fileKeyRef));
  const count = Object.values(source).filter(Boolean).length;
  if (count === 0) errors.push(invalidValue(path, "", SOURCES));
  if (value) {
    if (count > 0) errors.push(invalidValue(path, "", "may not be specified when `value` is not empty"));
  } else if (count > 1) errors.push(invalidValue(path, "", ONE_AT_A_TIME));
  return errors;
}

function validateKeyRef(
  path: string,
  { name = "", key }: { readonly name?: string; readonly key: string },
): FieldError[] {
  return [
    ...problemsAt(`${path}.name`, name, dnsSubdomainProblems(name)),
    ...(key ? problemsAt(`${path}.key`, key, configMapKeyProblems(key)) : [required(`${path}.key`)]),
  ];
}

/** A variable read from a file that another container writes into an emptyDir. */
function validateFileKeyRef(path: string, { volumeName, path: file, key }: FileKeySelector): FieldError[] {
  const errors: FieldError[] = [];
  const at = `${path}.volumeName`;
  if (!volumeName) errors.push(required(at));
  else errors.push(...problemsAt(at, volumeName, dnsLabelProblems(volumeName)));
  errors.push(...(file ? noBacksteps(`${path}.path`, file) : [required(`${path}.path`)]));
  if (!key) errors.push(required(`${path}.key`));
  else errors.push(...problemsAt(`${path}.key`, key, envNameProblems(key)));
  return errors;
}

type Containers = readonly Pick<Container, "env">[] | null | undefined;

/** The volumes of files that variables are read from, which is looked at after all else of a pod. */
export function validateFileVolumes(path: string, containers: Containers, volumes: Volumes): FieldError[] {
  return (containers ?? []).flatMap(({ env = [] }, index) =>
    env.flatMap(({ valueFrom }, place) => {
      if (!valueFrom?.fileKeyRef) return [];
      const { volumeName = "" } = valueFrom.fileKeyRef;
      const at = `${path}[${index}].env[${place}].valueFrom.fileKeyRef.volumeName`;
      const volume = volumes.get(volumeName);
      if (!volume) return [missingReference(at, volumeName)];
      return volume.emptyDir ? [] : [invalidValue(at, volumeName, "referenced volume must be of type emptyDir")];
    }),
  );
}

/** Config maps and secrets whose every key becomes a variable. */
export function validateEnvFrom(path: string, sources: readonly EnvFromSource[] = []): FieldError[] {
  return sources.flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const at = `${path}[${index}]`;
    const errors = prefix ? problemsAt(`${at}.prefix`, prefix, envNameProblems(prefix)) : [];
    if (configMapRef) errors.push(...validateNamed(`${at}.configMapRef.name`, configMapRef.name));
    if (secretRef) errors.push(...validateNamed(`${at}.secretRef.name`, secretRef.name));
    if (!configMapRef && !secretRef)
      errors.push(invalidValue(path, "", "must specify one of: `configMapRef` or `secretRef`"));
    if (configMapRef && secretRef) errors.push(invalidValue(path, "", ONE_AT_A_TIME));
    return errors;
  });
}

function validateNamed(path: string, name: string | undefined): FieldError[] {
  return name ? problemsAt(path, name, dnsSubdomainProblems(name)) : [required(path)];
}
