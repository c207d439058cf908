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
  metadataLooks: "placed",
  nameRule: "ipAddress",
  nameAsBegun: true,
  validate: validateParent,
  validateUpdate: (address, old, metadata) => {
    const { parentRef } = address.spec;
    const errors = [...metadata.whole, ...validateParent(address), ...metadata.change];
    if (jsonEqual(parentRef, old.spec.parentRef)) return errors;
    const { group = "", resource = "", namespace = "", name = "" } = parentRef ?? {};
    const shown = parentRef ? { Group: group, Resource: resource, Namespace: namespace, Name: name } : null;
    return [...errors, invalidValue("spec.parentRef", shown, IMMUTABLE)];
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
