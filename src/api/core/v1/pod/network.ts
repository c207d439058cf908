import type { FieldError } from "../../../kind.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  dnsSubdomainWithUnderscoresProblems,
  forbiddenField,
  invalidValue,
  ipProblems,
  legacyIpProblems,
  problemsAt,
  required,
  tooLong,
} from "../../../validation/index.ts";
import type { HostAlias, PodSpec } from "../podspec.ts";

const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_CHARACTERS_MAX = 2048;
const HOSTNAME_OVERRIDE_MAX = 64;

/** How the pod's containers resolve names. */
export function validateDnsConfig(
  path: string,
  { dnsConfig: config, dnsPolicy: policy }: PodSpec,
  old: PodSpec | undefined,
): FieldError[] {
  if (policy === "None") {
    if (!config) return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")];
    const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    if (!config.nameservers?.length) return [required(`${path}.nameservers`, detail)];
  }
  if (!config) return [];
  const { nameservers = [], searches = [], options = [] } = config;
  const known = old?.dnsConfig?.nameservers ?? [];
  const errors: FieldError[] = [];
  if (nameservers.length > NAMESERVERS_MAX) {
    const detail = `must not have more than ${NAMESERVERS_MAX} nameservers`;
    errors.push(invalidValue(`${path}.nameservers`, nameservers, detail));
  }
  nameservers.forEach((server, index) => {
    errors.push(...problemsAt(`${path}.nameservers[${index}]`, server, addressProblems(server, known)));
  });
  errors.push(...validateSearches(`${path}.searches`, searches));
  options.forEach(({ name }, index) => {
    if (!name) errors.push(required(`${path}.options[${index}]`, "must not be empty"));
  });
  return errors;
}

function validateSearches(path: string, searches: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  if (searches.length > SEARCHES_MAX)
    errors.push(invalidValue(path, searches, `must not have more than ${SEARCHES_MAX} search paths`));
  if (searches.join(" ").length > SEARCH_CHARACTERS_MAX) {
    const detail = `must not have more than ${SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`;
    errors.push(invalidValue(path, searches, detail));
  }
  searches.forEach((search, index) => {
    if (search === ".") return;
    const name = search.endsWith(".") ? search.slice(0, -1) : search;
    errors.push(...problemsAt(`${path}[${index}]`, name, dnsSubdomainWithUnderscoresProblems(name)));
  });
  return errors;
}

/** Addresses that were there before may stay as they are written. */
function addressProblems(address: string, known: readonly string[]): string[] {
  return known.includes(address) ? legacyIpProblems(address) : ipProblems(address);
}

export function validateHostAliases(
  path: string,
  aliases: readonly HostAlias[] = [],
  old: readonly HostAlias[] = [],
): FieldError[] {
  const known = old.map(({ ip }) => ip);
  return aliases.flatMap(({ ip = "", hostnames = [] }, index) => [
    ...problemsAt(`${path}[${index}].ip`, ip, addressProblems(ip, known)),
    ...hostnames.flatMap((name, at) =>
      problemsAt(`${path}[${index}].hostnames[${at}]`, name, dnsSubdomainProblems(name)),
    ),
  ]);
}

/** What the pod calls itself. */
export function validateHostnames(path: string, { hostname, subdomain }: PodSpec): FieldError[] {
  return [
    ...(hostname ? problemsAt(`${path}.hostname`, hostname, dnsLabelProblems(hostname)) : []),
    ...(subdomain ? problemsAt(`${path}.subdomain`, subdomain, dnsLabelProblems(subdomain)) : []),
  ];
}

export function validateHostnameOverride(path: string, spec: PodSpec): FieldError[] {
  const { hostnameOverride: name, hostNetwork, setHostnameAsFQDN } = spec;
  if (name === undefined) return [];
  const at = `${path}.hostnameOverride`;
  const errors: FieldError[] = [];
  if (hostNetwork) errors.push(forbiddenField(at, "may not be specified when hostNetwork is true"));
  if (setHostnameAsFQDN) errors.push(forbiddenField(at, "may not be specified when setHostnameAsFQDN is true"));
  if (name.length > HOSTNAME_OVERRIDE_MAX) errors.push(tooLong(at, HOSTNAME_OVERRIDE_MAX));
  return [...errors, ...problemsAt(at, name, dnsSubdomainProblems(name))];
}

/** On the host's network a container's port is the host's; a template may leave it to its pods to say so. */
export function validateHostNetworkPorts(
  path: string,
  { hostNetwork, containers }: PodSpec,
  { inTemplate }: { inTemplate: boolean },
): FieldError[] {
  if (!hostNetwork) return [];
  const detail = "must match `containerPort` when `hostNetwork` is true";
  return (containers ?? []).flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort = 0, containerPort = 0 }, at) =>
      hostPort === containerPort || (inTemplate && hostPort === 0)
        ? []
        : [invalidValue(`${path}.containers[${index}].ports[${at}].hostPort`, hostPort, detail)],
    ),
  );
}

/** A pod whose users aren't the host's may use none of its other namespaces. */
export function validateHostUsers(path: string, spec: PodSpec): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const detail = "when `hostUsers` is false";
  const errors: FieldError[] = [];
  if (spec.hostNetwork) errors.push(forbiddenField(`${path}.hostNetwork`, detail));
  if (spec.hostPID) errors.push(forbiddenField(`${path}.HostPID`, detail));
  if (spec.hostIPC) errors.push(forbiddenField(`${path}.HostIPC`, detail));
  (spec.containers ?? []).forEach(({ volumeDevices }, index) => {
    if (volumeDevices?.length) errors.push(forbiddenField(`${path}.containers[${index}].volumeDevices`, detail));
  });
  return errors;
}
