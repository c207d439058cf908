import { own } from "../../../../base/index.ts";
import type { FieldError } from "../../../kind.ts";
import { forbiddenField } from "../../../validation/index.ts";
import type { PodSpec } from "../podspec.ts";
import { eachContainer } from "./each.ts";
import { APPARMOR_PREFIX, SECCOMP_POD, SECCOMP_PREFIX } from "./metadata.ts";

type Annotations = Readonly<Record<string, string>> | undefined;

interface Profile {
  readonly type?: string;
  readonly localhostProfile?: string | undefined;
}

interface Told {
  /** Word for the kind of profile in texts. */
  readonly what: "seccomp" | "apparmor";
  readonly path: string;
  readonly profile: Profile | undefined;
  readonly annotation: string | undefined;
}

const LOCALHOST = "localhost/";
/** What annotations say for the types of profiles that have no name. */
const VALUES: Readonly<Record<Told["what"], Readonly<Record<string, readonly string[]>>>> = {
  seccomp: { Unconfined: ["unconfined"], RuntimeDefault: ["runtime/default", "docker/default"] },
  apparmor: { Unconfined: ["unconfined"], RuntimeDefault: ["runtime/default"] },
};

/** Where annotations of old say something else of a profile than the fields do; `path` is the spec's. */
export function profileMismatches(path: string, spec: PodSpec, annotations: Annotations): FieldError[] {
  if (!annotations) return [];
  const containers = eachContainer(path, spec);
  const seccomp = containers.map(({ container, at }) => ({
    what: "seccomp" as const,
    path: `${at}.securityContext.seccompProfile`,
    profile: container.securityContext?.seccompProfile,
    annotation: own(annotations, SECCOMP_PREFIX + container.name),
  }));
  const ofPod = {
    what: "seccomp" as const,
    path: `${path}.securityContext.seccompProfile`,
    profile: spec.securityContext?.seccompProfile,
    annotation: own(annotations, SECCOMP_POD),
  };
  const appArmor = containers.map(({ container, at }) => ({
    what: "apparmor" as const,
    path: `${at}.securityContext.appArmorProfile`,
    profile: container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile,
    annotation: own(annotations, APPARMOR_PREFIX + container.name),
  }));
  return [ofPod, ...seccomp, ...(spec.os?.name === "windows" ? [] : appArmor)].flatMap(mismatch);
}

function mismatch({ what, path, profile, annotation }: Told): FieldError[] {
  if (!profile || annotation === undefined) return [];
  const { type = "", localhostProfile } = profile;
  const other = [forbiddenField(`${path}.type`, `${what} type in annotation and field must match`)];
  if (type !== "Localhost") {
    const values = own(VALUES[what], type);
    return values && !values.includes(annotation) ? other : [];
  }
  if (!annotation.startsWith(LOCALHOST)) return other;
  if (annotation.slice(LOCALHOST.length) === localhostProfile) return [];
  return [forbiddenField(`${path}.localhostProfile`, `${what} profile in annotation and field must match`)];
}
