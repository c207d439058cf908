import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  invalidValue,
  ipProblems,
  legacyIpProblems,
  notSupported,
  parseIp,
  portNameProblems,
  portProblems,
  problemsAt,
  required,
  wildcardSubdomainProblems,
} from "../../validation/index.ts";
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressSpec, IngressTLS } from "./ingress.ts";
import { validateTypedReference } from "./reference.validate.ts";

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";
const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const FORBIDDEN_IN_PATHS = ["//", "/./", "/../", "%2f", "%2F"];
const FORBIDDEN_ENDS = ["/..", "/."];

/** What an object written before a rule was made may keep. */
interface Allowances {
  readonly badSecretNames: boolean;
  readonly badWildcardRules: boolean;
}

const NEW: Allowances = { badSecretNames: false, badWildcardRules: false };

export const ingressBehavior: KindBehavior<Ingress> = {
  metadataLooks: ["change", "whole"],
  prepareCreate(ingress) {
    ingress.status = { loadBalancer: {} } as Mutable<Ingress>["status"];
  },
  validate: (ingress) => [...validateSpec(ingress.spec, NEW), ...validateClassAnnotation(ingress)],
  validateUpdate: ({ spec }, old) =>
    validateSpec(spec, {
      badSecretNames: (old.spec.tls ?? []).some(({ secretName }) => secretNameProblems(secretName).length > 0),
      badWildcardRules:
        validateRules(old.spec, NEW).length > 0 &&
        validateRules(old.spec, { ...NEW, badWildcardRules: true }).length === 0,
    }),
  validateStatusUpdate: validateStatus,
  warnings: ({ metadata, spec }, old) =>
    !old && spec.ingressClassName === undefined && metadata.annotations?.[CLASS_ANNOTATION] !== undefined
      ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
};

function validateSpec(spec: IngressSpec, allowed: Allowances): FieldError[] {
  const { rules = [], defaultBackend, ingressClassName } = spec;
  return [
    ...(rules.length === 0 && !defaultBackend
      ? [invalidValue("spec", null, "either `defaultBackend` or `rules` must be specified")]
      : []),
    ...(defaultBackend ? validateBackend("spec.defaultBackend", defaultBackend) : []),
    ...validateRules(spec, allowed),
    ...validateTls("spec.tls", spec.tls ?? [], allowed),
    ...(ingressClassName === undefined
      ? []
      : problemsAt("spec.ingressClassName", ingressClassName, dnsSubdomainProblems(ingressClassName))),
  ];
}

/** The field and the annotation that came before it may not disagree. */
function validateClassAnnotation({ metadata, spec }: Ingress): FieldError[] {
  const named = metadata.annotations?.[CLASS_ANNOTATION];
  if (named === undefined || spec.ingressClassName === undefined || named === spec.ingressClassName) return [];
  return [
    invalidValue(`annotations.${CLASS_ANNOTATION}`, named, "must match `ingressClassName` when both are specified"),
  ];
}

function hostProblems(host: string): string[] {
  return host.includes("*") ? wildcardSubdomainProblems(host) : dnsSubdomainProblems(host);
}

function secretNameProblems(name: string | undefined): string[] {
  return name ? dnsSubdomainProblems(name) : [];
}

function validateTls(path: string, entries: readonly IngressTLS[], { badSecretNames }: Allowances): FieldError[] {
  return entries.flatMap(({ hosts = [], secretName }, index) => [
    ...hosts.flatMap((host, place) => problemsAt(`${path}[${index}].hosts[${place}]`, host, hostProblems(host))),
    ...(badSecretNames ? [] : problemsAt(`${path}[${index}].secretName`, secretName, secretNameProblems(secretName))),
  ]);
}

function validateRules({ rules = [] }: IngressSpec, allowed: Allowances): FieldError[] {
  return rules.flatMap((rule, index) => validateRule(`spec.rules[${index}]`, rule, allowed));
}

function validateRule(path: string, { host = "", http }: IngressRule, { badWildcardRules }: Allowances): FieldError[] {
  const errors: FieldError[] = [];
  if (host !== "") {
    if (parseIp(host)) errors.push(invalidValue(`${path}.host`, host, "must be a DNS name, not an IP address"));
    errors.push(...problemsAt(`${path}.host`, host, hostProblems(host)));
  }
  if (!http || (badWildcardRules && host.includes("*"))) return errors;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  return [...errors, ...paths.flatMap((one, index) => validatePath(`${path}.http.paths[${index}]`, one))];
}

function validatePath(path: string, { path: text = "", pathType, backend }: HTTPIngressPath): FieldError[] {
  if (pathType === undefined || pathType === null) return [required(`${path}.pathType`, "pathType must be specified")];
  return [...validatePathText(path, text, pathType), ...validateBackend(`${path}.backend`, backend)];
}

function validatePathText(path: string, text: string, type: string): FieldError[] {
  if (!PATH_TYPES.includes(type)) return [notSupported(`${path}.pathType`, type, PATH_TYPES)];
  const wrong = (detail: string) => invalidValue(`${path}.path`, text, detail);
  const relative = text.startsWith("/") ? [] : [wrong("must be an absolute path")];
  if (type === "ImplementationSpecific") return text === "" ? [] : relative;
  return [
    ...relative,
    ...FORBIDDEN_IN_PATHS.filter((part) => text.includes(part)).map((part) => wrong(`must not contain '${part}'`)),
    ...FORBIDDEN_ENDS.filter((end) => text.endsWith(end)).map((end) => wrong(`cannot end with '${end}'`)),
  ];
}

function validateBackend(path: string, { service, resource }: IngressBackend): FieldError[] {
  if (service && resource) return [invalidValue(path, "", "cannot set both resource and service backends")];
  if (resource) return validateTypedReference(`${path}.resource`, resource);
  if (!service) return [invalidValue(path, "", "resource or service backend is required")];
  const { name, port } = service;
  return [
    ...(name === ""
      ? [required(`${path}.service.name`)]
      : problemsAt(`${path}.service.name`, name, dnsLabelProblems(name))),
    ...validateBackendPort(path, port ?? {}),
  ];
}

function validateBackendPort(
  path: string,
  { name, number }: { readonly name?: string; readonly number?: number },
): FieldError[] {
  if (name && number) return [invalidValue(path, "", "cannot set both port name & port number")];
  if (name) return problemsAt(`${path}.service.port.name`, name, portNameProblems(name));
  if (number) return problemsAt(`${path}.service.port.number`, number, portProblems(number));
  return [required(path, "port name or number is required")];
}

function validateStatus({ status }: Ingress, old: Ingress): FieldError[] {
  const known = new Set((old.status.loadBalancer.ingress ?? []).map(({ ip }) => ip));
  return (status.loadBalancer.ingress ?? []).flatMap(({ ip, hostname }, index) => {
    const path = `status.loadBalancer.ingress[${index}]`;
    return [
      ...(ip ? problemsAt(`${path}.ip`, ip, known.has(ip) ? legacyIpProblems(ip) : ipProblems(ip)) : []),
      ...(hostname ? validateHostname(`${path}.hostname`, hostname) : []),
    ];
  });
}

function validateHostname(path: string, hostname: string): FieldError[] {
  return [
    ...problemsAt(path, hostname, dnsSubdomainProblems(hostname)),
    ...(parseIp(hostname) ? [invalidValue(path, hostname, "must be a DNS name, not an IP address")] : []),
  ];
}
