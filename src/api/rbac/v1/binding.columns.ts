import { ageColumn, nameColumn, textColumn, wide } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { ClusterRoleBinding } from "./clusterrolebinding.ts";
import type { RoleBinding } from "./rolebinding.ts";

type Binding = Pick<RoleBinding | ClusterRoleBinding, "metadata" | "roleRef" | "subjects">;

/** What bindings show, in a namespace or not. */
export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  textColumn("Role", ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  wide(textColumn("Users", (binding) => namesOf(binding, "User"))),
  wide(textColumn("Groups", (binding) => namesOf(binding, "Group"))),
  wide(textColumn("ServiceAccounts", (binding) => namesOf(binding, "ServiceAccount"))),
];

function namesOf({ subjects = [] }: Binding, wanted: string): string {
  return subjects
    .filter(({ kind }) => kind === wanted)
    .map(({ namespace, name }) => (wanted === "ServiceAccount" ? `${namespace ?? ""}/${name}` : name))
    .join(", ");
}
