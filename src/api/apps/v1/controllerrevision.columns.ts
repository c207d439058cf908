import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import { controllerOf } from "../../owner.ts";
import type { ControllerRevision } from "./controllerrevision.ts";

/** What `kubectl get controllerrevisions` shows. */
export const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn,
  textColumn("Controller", (revision) => ownerText(revision)),
  textColumn("Revision", ({ revision }) => revision),
  ageColumn,
];

/** The owner as "statefulset.apps/web". */
function ownerText(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (!owner) return "<none>";
  const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}
