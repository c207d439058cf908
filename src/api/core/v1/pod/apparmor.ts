import type { Mutable } from "../../../kind.ts";
import type { AppArmorProfile } from "../container.ts";
import type { PodSpec } from "../podspec.ts";
import { APPARMOR_PREFIX } from "./metadata.ts";

interface Annotated {
  readonly metadata: { annotations?: Readonly<Record<string, string>> };
  readonly spec: Mutable<PodSpec>;
}

/** The profile that an annotation of old means; undefined when it means none. */
export function profileOfAnnotation(annotation: string): AppArmorProfile | undefined {
  if (annotation === "unconfined") return { type: "Unconfined" } as AppArmorProfile;
  if (annotation === "runtime/default") return { type: "RuntimeDefault" } as AppArmorProfile;
  const profile = /^localhost\/(.*)$/s.exec(annotation)?.[1];
  if (!profile?.trim() || profile !== profile.trim()) return undefined;
  return { type: "Localhost", localhostProfile: profile } as AppArmorProfile;
}

/** What annotations say of containers that have no profile themselves becomes theirs. */
export function syncAppArmor({ metadata, spec }: Annotated): void {
  if (spec.os?.name === "windows") return;
  const ofPod = spec.securityContext?.appArmorProfile;
  const lists = [spec.initContainers, spec.containers, spec.ephemeralContainers];
  for (const container of lists.flatMap((list) => list ?? [])) {
    const annotation = metadata.annotations?.[APPARMOR_PREFIX + container.name];
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const profile = profileOfAnnotation(annotation);
    if (!profile || sameProfile(profile, ofPod)) continue;
    container.securityContext = { ...container.securityContext, appArmorProfile: profile } as never;
  }
}

export function sameProfile(a: AppArmorProfile, b: AppArmorProfile | undefined): boolean {
  return b !== undefined && a.type === b.type && a.localhostProfile === b.localhostProfile;
}
