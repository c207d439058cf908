import type { FieldError } from "../../../kind.ts";
import { forbiddenField, invalidValue } from "../../../validation/index.ts";
import type { Container, ResourceRequirements } from "../container.ts";
import type { Pod } from "../pod.ts";
import { MIRROR_ANNOTATION } from "./metadata.ts";
import { qosClass } from "./qos.ts";
import { sameMeaning } from "./update.ts";

const RESIZABLE = ["cpu", "memory"];

/** What a change of a running pod's resources may not do. */
export function validateResize(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined)
    return [forbiddenField("", "static pods cannot be resized")];
  if (pod.spec.os?.name === "windows") return [forbiddenField("spec", "windows pods cannot be resized")];
  const errors: FieldError[] = [];
  const before = old.status.qosClass || qosClass(old.spec);
  if (before !== qosClass(pod.spec))
    errors.push(invalidValue("spec", before, "Pod QOS Class may not change as a result of resizing"));
  if (!nodeResizes(old)) errors.push(forbiddenField("spec", "Pod running on node without support for resize"));
  const moved = [...keepsPlaces("containers", pod, old), ...keepsPlaces("initContainers", pod, old)];
  if (moved.length > 0) return [...errors, ...moved];
  errors.push(
    ...keepsAmounts("spec.resources", pod.spec.resources, old.spec.resources),
    ...keepsAll("spec.containers", pod.spec.containers ?? [], old.spec.containers ?? []),
    ...keepsAll("spec.initContainers", pod.spec.initContainers ?? [], old.spec.initContainers ?? []),
  );
  if (!sameMeaning(resourcesPutBack(pod, old), old.spec))
    errors.push(forbiddenField("spec", "only cpu and memory resources are mutable"));
  return errors;
}

/** A node that can resize tells what its running containers have. */
function nodeResizes({ status }: Pod): boolean {
  const running = (status.containerStatuses ?? []).find(({ state }) => state?.running);
  return !running || running.resources !== undefined;
}

/** The containers are those that there were, in their order. */
function keepsPlaces(list: "containers" | "initContainers", { spec }: Pod, old: Pod): FieldError[] {
  const [now, before] = [spec[list] ?? [], old.spec[list] ?? []];
  const path = `spec.${list}`;
  if (now.length !== before.length) return [forbiddenField(path, `${list} may not be added or removed on resize`)];
  return now.flatMap(({ name }, index) =>
    name === before[index]!.name
      ? []
      : [forbiddenField(`${path}[${index}].name`, `${list} may not be renamed or reordered on resize`)],
  );
}

function keepsAll(path: string, containers: readonly Container[], old: readonly Container[]): FieldError[] {
  return old.flatMap(({ resources }, index) =>
    keepsAmounts(`${path}[${index}].resources`, containers[index]?.resources, resources),
  );
}

function keepsAmounts(path: string, wanted: ResourceRequirements | undefined, old: typeof wanted): FieldError[] {
  return (["requests", "limits"] as const).flatMap((field) => {
    const after = wanted?.[field] ?? {};
    if (Object.keys(old?.[field] ?? {}).every((name) => Object.hasOwn(after, name))) return [];
    return [forbiddenField(`${path}.${field}`, `resource ${field} cannot be removed`)];
  });
}

/** The new spec with the old one's processor and memory. */
function resourcesPutBack({ spec }: Pod, { spec: old }: Pod): unknown {
  const restore = (containers: readonly Container[] = [], before: readonly Container[] = []) =>
    containers.map((container, index) => ({
      ...container,
      resources: requirementsPutBack(container.resources, before[index]?.resources),
    }));
  return {
    ...spec,
    ...(spec.resources && { resources: requirementsPutBack(spec.resources, old.resources) }),
    containers: restore(spec.containers, old.containers),
    initContainers: restore(spec.initContainers, old.initContainers),
  };
}

function requirementsPutBack(wanted: ResourceRequirements | undefined, old: typeof wanted): unknown {
  const requests = putBack(wanted?.requests, old?.requests);
  return { ...wanted, requests, limits: putBack(wanted?.limits, old?.limits) };
}

type Amounts = Readonly<Record<string, string>> | undefined;

function putBack(wanted: Amounts, before: Amounts): Amounts {
  const others = (amounts: Amounts) => Object.entries(amounts ?? {}).filter(([name]) => !RESIZABLE.includes(name));
  const old = Object.entries(before ?? {}).filter(([name]) => RESIZABLE.includes(name));
  const amounts = [...others(wanted), ...old];
  return amounts.length > 0 ? Object.fromEntries(amounts) : undefined;
}
