import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  dnsSubdomainProblems,
  invalidValue,
  notSupported,
  pathSegmentProblems,
  problemsAt,
  required,
} from "../../validation/index.ts";
import type { ClusterRoleBinding } from "./clusterrolebinding.ts";
import type { RoleBinding, Subject } from "./rolebinding.ts";

type Binding = Pick<RoleBinding, "roleRef" | "subjects">;

const GROUP = "rbac.authorization.k8s.io";
const SUBJECT_KINDS = ["ServiceAccount", "User", "Group"];

export const roleBindingBehavior: KindBehavior<RoleBinding> = {
  metadataLooks: "placed",
  nameRule: "pathSegment",
  setDefaults: setGroups,
  validate: (binding) => validateNamespaced(binding),
  validateUpdate: (binding, old, metadata) => [
    ...metadata.whole,
    ...validateNamespaced(binding),
    ...metadata.change,
    ...validateSameRole(binding, old),
  ],
};

export const clusterRoleBindingBehavior: KindBehavior<ClusterRoleBinding> = {
  metadataLooks: "placed",
  nameRule: "pathSegment",
  setDefaults: setGroups,
  validate: (binding) => validateCluster(binding),
  validateUpdate: (binding, old, metadata) => [
    ...metadata.whole,
    ...validateCluster(binding),
    ...metadata.change,
    ...validateSameRole(binding, old),
  ],
};

/** Everything but service accounts lives in one group. */
function setGroups({ roleRef, subjects }: Mutable<Binding>): void {
  roleRef.apiGroup ||= GROUP;
  for (const subject of subjects ?? [])
    if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= GROUP;
}

function validateNamespaced(binding: Binding): FieldError[] {
  return [
    ...validateRole(binding, ["Role", "ClusterRole"]),
    ...(binding.subjects ?? []).flatMap((subject, index) => validateSubject(`subjects[${index}]`, subject)),
  ];
}

/** Outside a namespace a service account must say where it lives. */
function validateCluster(binding: Binding): FieldError[] {
  return [
    ...validateRole(binding, ["ClusterRole"]),
    ...(binding.subjects ?? []).flatMap((subject, index) => {
      const path = `subjects[${index}]`;
      const nowhere = subject.kind === "ServiceAccount" && !subject.namespace;
      return [...validateSubject(path, subject), ...(nowhere ? [required(`${path}.namespace`)] : [])];
    }),
  ];
}

function validateRole({ roleRef: { apiGroup, kind, name } }: Binding, kinds: readonly string[]): FieldError[] {
  return [
    ...(apiGroup === GROUP ? [] : [notSupported("roleRef.apiGroup", apiGroup, [GROUP])]),
    ...(kinds.includes(kind) ? [] : [notSupported("roleRef.kind", kind, kinds)]),
    ...(name === "" ? [required("roleRef.name")] : problemsAt("roleRef.name", name, pathSegmentProblems(name))),
  ];
}

function validateSubject(path: string, { kind, name, apiGroup = "" }: Subject): FieldError[] {
  const errors = name === "" ? [required(`${path}.name`)] : [];
  switch (kind) {
    case "ServiceAccount":
      if (name !== "") errors.push(...problemsAt(`${path}.name`, name, dnsSubdomainProblems(name)));
      if (apiGroup !== "") errors.push(notSupported(`${path}.apiGroup`, apiGroup, [""]));
      return errors;
    case "User":
    case "Group":
      if (apiGroup !== GROUP) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [GROUP]));
      return errors;
    default:
      return [...errors, notSupported(`${path}.kind`, kind, SUBJECT_KINDS)];
  }
}

function validateSameRole({ roleRef }: Binding, old: Binding): FieldError[] {
  if (jsonEqual(roleRef, old.roleRef)) return [];
  const { apiGroup, kind, name } = roleRef;
  return [invalidValue("roleRef", { APIGroup: apiGroup, Kind: kind, Name: name }, "cannot change roleRef")];
}
