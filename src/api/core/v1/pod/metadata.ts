import { own } from "../../../../base/index.ts";
import type { FieldError } from "../../../kind.ts";
import { invalidValue, sortedEntries } from "../../../validation/index.ts";
import type { PodSpec } from "../podspec.ts";
import { eachContainer } from "./each.ts";
import { descendingPath } from "./paths.ts";

type Annotations = Readonly<Record<string, string>> | undefined;

export const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
export const APPARMOR_PREFIX = "container.apparmor.security.beta.kubernetes.io/";
export const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
export const SECCOMP_PREFIX = "container.seccomp.security.alpha.kubernetes.io/";
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const INT32_MAX = 2_147_483_647;
const SECCOMP_PROFILES = ["runtime/default", "docker/default", "unconfined"];
const LOCALHOST = "localhost/";
const APPARMOR_PROFILE = /^$|^runtime\/default$|^unconfined$|^localhost\//;

/** Annotations that mean something for pods. */
export function validatePodAnnotations(path: string, annotations: Annotations, spec: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const mirror = annotations?.[MIRROR_ANNOTATION];
  if (mirror !== undefined && !spec.nodeName) {
    const detail = "must set spec.nodeName if mirror pod annotation is set";
    errors.push(invalidValue(`${path}[${MIRROR_ANNOTATION}]`, mirror, detail));
  }
  const cost = annotations?.[DELETION_COST];
  if (cost !== undefined && !isInt32(cost))
    errors.push(invalidValue(`${path}[${DELETION_COST}]`, cost, "must be a 32bit integer"));
  return [
    ...errors,
    ...validateSeccompAnnotations(path, annotations),
    ...validateAppArmorAnnotations(path, annotations, spec),
  ];
}

/** Paths of these errors don't stand in brackets, as the original has it. */
function validateSeccompAnnotations(path: string, annotations: Annotations): FieldError[] {
  const all = sortedEntries(annotations);
  const told = [
    ...all.filter(([key]) => key === SECCOMP_POD),
    ...all.filter(([key]) => key.startsWith(SECCOMP_PREFIX)),
  ];
  return told.flatMap(([key, profile]) => {
    const at = `${path}.${key}`;
    if (SECCOMP_PROFILES.includes(profile)) return [];
    if (!profile.startsWith(LOCALHOST)) return [invalidValue(at, profile, "must be a valid seccomp profile")];
    return descendingPath(at, profile.slice(LOCALHOST.length));
  });
}

/** Whether a text is a number of 32 bits, without leading zeros or a plus. */
function isInt32(text: string): boolean {
  if (!/^(0|-?[1-9]\d{0,9})$/.test(text)) return false;
  return Number(text) >= -INT32_MAX - 1 && Number(text) <= INT32_MAX;
}

function validateAppArmorAnnotations(path: string, annotations: Annotations, spec: PodSpec): FieldError[] {
  const names = new Set(eachContainer("", spec).map(({ container }) => container.name));
  return sortedEntries(annotations).flatMap(([key, profile]) => {
    if (!key.startsWith(APPARMOR_PREFIX)) return [];
    const name = key.slice(APPARMOR_PREFIX.length);
    const at = `${path}[${key}]`;
    return [
      ...(names.has(name) ? [] : [invalidValue(at, name, "container not found")]),
      ...(APPARMOR_PROFILE.test(profile)
        ? []
        : [invalidValue(at, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`)]),
    ];
  });
}

/** Annotations that never change in a pod's life. */
export function validatePodAnnotationUpdate(path: string, annotations: Annotations, old: Annotations): FieldError[] {
  const fixed = (key: string) => key.startsWith(APPARMOR_PREFIX) || key === MIRROR_ANNOTATION;
  const errors: FieldError[] = [];
  for (const [key, value] of sortedEntries(old)) {
    const now = own(annotations, key);
    if (!fixed(key) || now === value) continue;
    const what = key === MIRROR_ANNOTATION ? "may not remove or update mirror pod annotation" : appArmorChange(now);
    errors.push({ path: `${path}[${key}]`, type: "Forbidden", detail: what });
  }
  for (const key of Object.keys(annotations ?? {}).sort()) {
    if (!fixed(key) || old?.[key] !== undefined) continue;
    const what = key === MIRROR_ANNOTATION ? "may not add mirror pod annotation" : "may not add AppArmor annotations";
    errors.push({ path: `${path}[${key}]`, type: "Forbidden", detail: what });
  }
  return errors;
}

function appArmorChange(now: string | undefined): string {
  return now === undefined ? "may not remove AppArmor annotations" : "may not update AppArmor annotations";
}
