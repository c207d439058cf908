import type { FieldError, KubeObject } from "../../kind.ts";
import type { LabelSelector } from "../../meta/v1/labelselector.ts";
import { labelSelectorMatches } from "../../selector.ts";
import { dnsLabelProblems, forbiddenField, invalidValue, notSupported } from "../../validation/index.ts";
import { podTemplateWarnings } from "./pod/index.ts";
import type { PodTemplateSpec } from "./podtemplatespec.ts";

/** The template's pods must be those that the selector picks; undefined selects none. */
export function validateSelected(
  path: string,
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
): FieldError[] {
  const { labels } = template.metadata;
  if (selector && labelSelectorMatches(selector, labels ?? {})) return [];
  return [invalidValue(`${path}.metadata.labels`, labels ?? null, "`selector` does not match template `labels`")];
}

/** Pods that a controller replaces always restart, and have no deadline. */
export function validateLastingPods(path: string, { spec }: PodTemplateSpec, owner: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.restartPolicy !== "Always")
    errors.push(notSupported(`${path}.spec.restartPolicy`, spec.restartPolicy, ["Always"]));
  if (spec.activeDeadlineSeconds !== undefined)
    errors.push(
      forbiddenField(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${owner} is not Supported`),
    );
  return errors;
}

/** Warnings about a template at `path`: of a new object, or of one whose spec has changed. */
export function templateWarnings<T extends Pick<KubeObject, "metadata">>(
  path: string,
  templateOf: (object: T) => PodTemplateSpec | undefined,
): (object: T, old: T | undefined) => string[] {
  return (object, old) => {
    const template = templateOf(object);
    if (!template || (old && old.metadata.generation === object.metadata.generation)) return [];
    return podTemplateWarnings(path, template);
  };
}

/** What names of pods are made from should be a DNS label. */
export function podNameWarnings({ name = "" }: { readonly name?: string }): string[] {
  const problems = dnsLabelProblems(name);
  return problems.length === 0
    ? []
    : [
        `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`,
      ];
}
