import type { FieldError } from "../../../kind.ts";
import { forbiddenField, changedField } from "../../../validation/index.ts";
import type { Pod } from "../pod.ts";
import { shownEphemeralContainer } from "./internal.ts";
import { MIRROR_ANNOTATION } from "./metadata.ts";
import { sameMeaning } from "./update.ts";

/** Containers may be added to a running pod; they never change or go. */
export function validateEphemeralUpdate(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined)
    return [forbiddenField("", "static pods do not support ephemeral containers")];
  const wanted = new Map((pod.spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  return (old.spec.ephemeralContainers ?? []).flatMap((container) => {
    const what = `existing ephemeral containers ${JSON.stringify(container.name)}`;
    const now = wanted.get(container.name);
    if (!now) return [forbiddenField("spec.ephemeralContainers", `${what} may not be removed\n`)];
    if (sameMeaning(container, now)) return [];
    const path = "spec.ephemeralContainers";
    const [before, after] = [shownEphemeralContainer(container), shownEphemeralContainer(now)];
    const at = pod.spec.ephemeralContainers!.indexOf(now);
    return [changedField(path, { path: `${path}[${at}]`, what: `${what} may not be changed`, before, after })];
  });
}
