import { templateWarnings } from "../../core/v1/podtemplate.rules.ts";
import type { KubeObject } from "../../kind.ts";
import type { JobSpec } from "./jobspec.ts";

const COMPLETIONS_MAX = 100_000;
const PARALLELISM_MAX = 10_000;
const TOO_MANY_INDEXES =
  "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail";

/** Warnings about a job's spec at `path`: of a new object, or of one whose spec has changed. */
export function jobSpecWarnings<T extends Pick<KubeObject, "metadata">>(
  path: string,
  specOf: (object: T) => JobSpec,
): (object: T, old: T | undefined) => string[] {
  const warningsOfTemplate = templateWarnings(`${path}.template`, (object: T) => specOf(object).template);
  return (object, old) => {
    const { completionMode, completions = 0, parallelism = 0 } = specOf(object);
    const isNew = !old || old.metadata.generation !== object.metadata.generation;
    const isHuge = completionMode === "Indexed" && completions > COMPLETIONS_MAX && parallelism > PARALLELISM_MAX;
    return [...(isNew && isHuge ? [`${path}: ${TOO_MANY_INDEXES}`] : []), ...warningsOfTemplate(object, old)];
  };
}
