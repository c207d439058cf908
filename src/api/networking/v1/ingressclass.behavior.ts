import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  forbiddenField,
  immutableField,
  invalidValue,
  notSupported,
  problemsAt,
  required,
  tooLong,
} from "../../validation/index.ts";
import type { IngressClass, IngressClassParametersReference, IngressClassSpec } from "./ingressclass.ts";
import { validateTypedReference } from "./reference.validate.ts";

const CONTROLLER_MAX = 250;
const SCOPES = ["Cluster", "Namespace"];
const PATH_RULE = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const PATH = new RegExp(`^${PATH_RULE}$`);

export const ingressClassBehavior: KindBehavior<IngressClass> = {
  metadataLooks: "placed",
  generation: true,
  setDefaults({ spec }) {
    if (spec.parameters) spec.parameters.scope ??= "Cluster";
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old, metadata) => [
    ...metadata.change,
    ...immutableField("spec.controller", spec.controller ?? "", old.spec.controller ?? ""),
    ...metadata.whole,
    ...validateSpec(spec),
  ],
};

function validateSpec({ controller = "", parameters }: IngressClassSpec): FieldError[] {
  return [
    ...(controller.length > CONTROLLER_MAX ? [tooLong("spec.controller", CONTROLLER_MAX)] : []),
    ...validateController("spec.controller", controller),
    ...(parameters ? validateParameters("spec.parameters", parameters) : []),
  ];
}

function validateController(path: string, controller: string): FieldError[] {
  if (controller === "") return [required(path)];
  const slash = controller.indexOf("/");
  const host = controller.slice(0, slash);
  const rest = controller.slice(slash + 1);
  if (slash <= 0 || rest === "")
    return [invalidValue(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return [
    ...problemsAt(path, host, dnsSubdomainProblems(host)),
    ...(PATH.test(rest)
      ? []
      : [invalidValue(path, rest, `Invalid path (regex used for validation is '${PATH_RULE}')`)]),
  ];
}

function validateParameters(path: string, reference: IngressClassParametersReference): FieldError[] {
  const { scope, namespace } = reference;
  const errors = validateTypedReference(path, reference);
  if (scope === undefined || scope === null) return [...errors, required(`${path}.scope`)];
  if (!SCOPES.includes(scope)) return [...errors, notSupported(`${path}.scope`, scope, SCOPES)];
  const at = `${path}.namespace`;
  if (scope === "Cluster")
    return namespace === undefined ? errors : [...errors, forbiddenField(at, "`parameters.scope` is set to 'Cluster'")];
  if (namespace === undefined) return [...errors, required(at, "`parameters.scope` is set to 'Namespace'")];
  return [...errors, ...problemsAt(at, namespace, dnsLabelProblems(namespace))];
}
