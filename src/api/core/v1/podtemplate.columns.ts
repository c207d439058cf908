import { nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { PodTemplate } from "./podtemplate.ts";
import type { PodTemplateSpec } from "./podtemplatespec.ts";

/** Names and images of the containers that a kind's template has. */
function containerColumns<T>(templateOf: (object: T) => PodTemplateSpec | undefined): readonly Column<T>[] {
  const each = (object: T, field: "name" | "image") =>
    (templateOf(object)?.spec.containers ?? []).map((container) => container[field] ?? "").join(",");
  return [
    textColumn("Containers", (object: T) => each(object, "name")),
    textColumn("Images", (object: T) => each(object, "image")),
  ];
}

/** The same, shown with -o wide only. */
export function wideContainerColumns<T>(templateOf: (object: T) => PodTemplateSpec | undefined): readonly Column<T>[] {
  return containerColumns(templateOf).map(wide);
}

/** Labels as tables show them: "a=b,c=d". */
export function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "<none>" : entries.map(([key, value]) => `${key}=${value}`).join(",");
}

/** What `kubectl get podtemplates` shows. */
export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn,
  ...containerColumns(({ template }: PodTemplate) => template),
  textColumn("Pod Labels", ({ template }) => labelText(template.metadata.labels)),
];
