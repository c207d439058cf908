import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  dnsSubdomainProblems,
  IMMUTABLE,
  invalidValue,
  pathSegmentProblems,
  problemsAt,
  required,
} from "../../validation/index.ts";
import type { IPAddress } from "./ipaddress.ts";

export const ipAddressBehavior: KindBehavior<IPAddress> = {
  metadataChecks: 2,
  nameRule: "ipAddress",
  validate: validateParent,
  validateUpdate: (address, old) => {
    const { parentRef } = address.spec;
    if (jsonEqual(parentRef, old.spec.parentRef)) return validateParent(address);
    const { group = "", resource = "", namespace = "", name = "" } = parentRef ?? {};
    const shown = parentRef ? { Group: group, Resource: resource, Namespace: namespace, Name: name } : null;
    return [...validateParent(address), invalidValue("spec.parentRef", shown, IMMUTABLE)];
  },
};

function validateParent({ spec: { parentRef } }: IPAddress): FieldError[] {
  const path = "spec.parentRef";
  if (!parentRef) return [required(path)];
  const { group, resource, namespace, name } = parentRef;
  const segment = (field: string, text: string) => problemsAt(`${path}.${field}`, text, pathSegmentProblems(text));
  return [
    ...(group ? problemsAt(`${path}.group`, group, dnsSubdomainProblems(group)) : []),
    ...(resource ? segment("resource", resource) : [required(`${path}.resource`)]),
    ...(name ? segment("name", name) : [required(`${path}.name`)]),
    ...(namespace ? segment("namespace", namespace) : []),
  ];
}
