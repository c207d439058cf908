import { own } from "../../../../base/index.ts";
import { parseQuantity } from "../../../quantity.ts";
import { dnsLabelProblems, ipWarnings, sortedEntries } from "../../../validation/index.ts";
import type { NodeSelectorTerm, PodAffinity } from "../affinity.ts";
import type { Container, ContainerPort } from "../container.ts";
import type { Pod } from "../pod.ts";
import type { PodSpec } from "../podspec.ts";
import { profileOfAnnotation, sameProfile } from "./apparmor.ts";
import { eachContainer, type Place } from "./each.ts";
import { APPARMOR_PREFIX, SECCOMP_POD, SECCOMP_PREFIX } from "./metadata.ts";
import { volumeWarnings } from "./volume-warnings.ts";

type Annotations = Readonly<Record<string, string>> | undefined;
type Amounts = Readonly<Record<string, string>>;

const NO_SELECTOR = "a null labelSelector results in matching no pod";
const SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const SYSCTLS = 'non-functional in v1.11+; use the "sysctls" field instead';
const APPARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead';
const MILLI_NANOS = 1_000_000n;
const MILLI_MAX = 10n ** 27n;

const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

const OLD_ANNOTATIONS: readonly (readonly [key: string, text: string])[] = [
  ["scheduler.alpha.kubernetes.io/critical-pod", 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ["security.alpha.kubernetes.io/sysctls", SYSCTLS],
  ["security.alpha.kubernetes.io/unsafe-sysctls", SYSCTLS],
];

/** Warnings about a new pod; people seldom change pods, programs often do. */
export function podWarnings(pod: Pod, old: Pod | undefined): string[] {
  if (old) return [];
  const { name, annotations } = pod.metadata;
  const problems = dnsLabelProblems(name);
  const hostname = `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`;
  return [
    ...(problems.length > 0 ? [hostname] : []),
    ...specWarnings({
      paths: { annotations: "metadata.annotations", spec: "spec" },
      spec: pod.spec,
      annotations,
      isTemplate: false,
    }),
  ];
}

/** Profiles told by annotation, which are about to become the containers' own. */
export function annotatedProfileWarnings({ metadata, spec }: Pod): string[] {
  if (spec.os?.name === "windows") return [];
  return eachContainer("", spec).flatMap(({ container }) => {
    const key = APPARMOR_PREFIX + container.name;
    const annotation = own(metadata.annotations, key);
    if (annotation === undefined || container.securityContext?.appArmorProfile) return [];
    const meant = profileOfAnnotation(annotation);
    const isPods = meant !== undefined && sameProfile(meant, spec.securityContext?.appArmorProfile);
    return isPods ? [] : [`metadata.annotations[${key}]: ${APPARMOR}`];
  });
}

/** Warnings about a template's spec and annotations. */
export function templateSpecWarnings(path: string, spec: PodSpec, annotations: Annotations): string[] {
  const paths = { annotations: `${path}.metadata.annotations`, spec: `${path}.spec` };
  return specWarnings({ paths, spec, annotations, isTemplate: true });
}

/** A spec that is warned of, and where it and its annotations stand. */
interface Warned {
  readonly paths: { readonly annotations: string; readonly spec: string };
  readonly spec: PodSpec;
  readonly annotations: Annotations;
  readonly isTemplate: boolean;
}

function specWarnings(warned: Warned): string[] {
  const { paths, spec, annotations } = warned;
  const containers = eachContainer(paths.spec, spec);
  const seconds = spec.terminationGracePeriodSeconds ?? 0;
  const grace = `${paths.spec}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`;
  return [
    ...nodeLabelWarnings(paths.spec, spec),
    ...spreadWarnings(paths.spec, spec),
    ...annotationWarnings(paths.annotations, annotations),
    ...volumeWarnings(`${paths.spec}.volumes`, spec.volumes),
    ...hostAliasWarnings(`${paths.spec}.hostAliases`, spec),
    ...pullSecretWarnings(`${paths.spec}.imagePullSecrets`, spec),
    ...fractionWarnings(paths.spec, { overhead: spec.overhead }),
    ...(spec.securityContext?.seccompProfile ? [] : annotatedWarning(warned, SECCOMP_POD, SECCOMP)),
    ...containers.flatMap((place) => containerWarnings(warned, place)),
    ...portWarnings(containers),
    ...portNameWarnings(containers),
    ...(seconds < 0 ? [grace] : []),
    ...affinityWarnings(`${paths.spec}.affinity.podAffinity`, spec.affinity?.podAffinity),
    ...affinityWarnings(`${paths.spec}.affinity.podAntiAffinity`, spec.affinity?.podAntiAffinity),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((server, index) =>
      ipWarnings(`${paths.spec}.dnsConfig.nameservers[${index}]`, server),
    ),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, index) => ipWarnings(`${paths.spec}.hostAliases[${index}].ip`, ip)),
  ];
}

function containerWarnings(warned: Warned, place: Place): string[] {
  const { spec, annotations, isTemplate } = warned;
  const { name, securityContext, resources } = place.container as Container;
  const profile = profileOfAnnotation(own(annotations, APPARMOR_PREFIX + name) ?? "");
  const isPods = profile !== undefined && sameProfile(profile, spec.securityContext?.appArmorProfile);
  const { limits, requests } = resources ?? {};
  return [
    ...(securityContext?.seccompProfile ? [] : annotatedWarning(warned, SECCOMP_PREFIX + name, SECCOMP)),
    // Of pods it is said when the annotation becomes the container's own.
    ...(isTemplate && !securityContext?.appArmorProfile && !isPods
      ? annotatedWarning(warned, APPARMOR_PREFIX + name, APPARMOR)
      : []),
    ...fractionWarnings(`${place.at}.resources`, { limits, requests }),
    ...environmentWarnings(place),
  ];
}

/** Says that an annotation is of old, where it is there. */
function annotatedWarning({ paths, annotations }: Warned, key: string, text: string): string[] {
  return own(annotations, key) === undefined ? [] : [`${paths.annotations}[${key}]: ${text}`];
}

function nodeLabelWarnings(path: string, { nodeSelector, affinity }: PodSpec): string[] {
  const at = `${path}.affinity.nodeAffinity`;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...sortedEntries(nodeSelector).flatMap(([key]) => {
      const old = own(OLD_NODE_LABELS, key);
      return old ? [`${path}.nodeSelector[${key}]: ${old}`] : [];
    }),
    ...required.flatMap((term, index) =>
      termWarnings(`${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`, term),
    ),
    ...preferred.flatMap(({ preference }, index) =>
      termWarnings(`${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`, preference),
    ),
  ];
}

function termWarnings(path: string, term: NodeSelectorTerm | undefined): string[] {
  return (term?.matchExpressions ?? []).flatMap(({ key }, index) => {
    const old = own(OLD_NODE_LABELS, key);
    return old ? [`${path}.matchExpressions[${index}].key: ${key} is ${old}`] : [];
  });
}

function spreadWarnings(path: string, { topologySpreadConstraints = [] }: PodSpec): string[] {
  return topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, index) => {
    const at = `${path}.topologySpreadConstraints[${index}]`;
    const old = own(OLD_NODE_LABELS, topologyKey);
    return [
      ...(old ? [`${at}.topologyKey: ${topologyKey} is ${old}`] : []),
      ...(labelSelector ? [] : [`${at}.labelSelector: ${NO_SELECTOR}`]),
    ];
  });
}

function annotationWarnings(path: string, annotations: Annotations): string[] {
  return OLD_ANNOTATIONS.filter(([key]) => own(annotations, key) !== undefined).map(
    ([key, text]) => `${path}[${key}]: ${text}`,
  );
}

function hostAliasWarnings(path: string, { hostAliases = [] }: PodSpec): string[] {
  const seen = new Set<string>();
  return hostAliases.flatMap(({ ip }, index) => {
    const again = seen.has(ip);
    seen.add(ip);
    const at = `${path}[${index}].ip`;
    return again ? [`${at}: duplicate ip ${JSON.stringify(ip)}`] : [];
  });
}

function pullSecretWarnings(path: string, { imagePullSecrets = [] }: PodSpec): string[] {
  const seen = new Set<string>();
  return imagePullSecrets.flatMap(({ name = "" }, index) => {
    const at = `${path}[${index}].name`;
    const again = seen.has(name);
    seen.add(name);
    if (name === "") return [`${at}: invalid empty name ""`];
    return again ? [`${at}: duplicate name ${JSON.stringify(name)}`] : [];
  });
}

function environmentWarnings({ container, at }: Place): string[] {
  const seen = new Set<string>();
  return (container.env ?? []).flatMap(({ name, value = "", valueFrom }, index) => {
    const again = seen.has(name);
    seen.add(name);
    const own = `$(${name})`;
    const keepsEarlier = !valueFrom && value !== own && value.includes(own);
    const text = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
    return again && !keepsEarlier ? [`${at}.env[${index}]: ${text}`] : [];
  });
}

/** Bytes come whole. */
function fractionWarnings(path: string, lists: Readonly<Record<string, Amounts | undefined>>): string[] {
  return ["memory", "ephemeral-storage"].flatMap((resource) =>
    Object.entries(lists).flatMap(([field, amounts]) => {
      const amount = own(amounts, resource);
      return amount !== undefined && hasFraction(amount)
        ? [
            `${path}.${field}[${resource}]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`,
          ]
        : [];
    }),
  );
}

function hasFraction(amount: string): boolean {
  // The original counts thousandths in 64 bits, where large amounts wrap around and huge ones are taken for none.
  const milli = parseQuantity(amount).nanos / MILLI_NANOS;
  return milli < MILLI_MAX && BigInt.asIntN(64, milli) % 1000n !== 0n;
}

/** Ports that say the same twice, or not quite the same. */
function portWarnings(containers: readonly Place[]): string[] {
  const known = new Map<string, { port: ContainerPort; at: string }[]>();
  const warnings: string[] = [];
  for (const { container, at } of containers)
    (container.ports ?? []).forEach((port, index) => {
      const { hostIP = "", hostPort = 0, containerPort, protocol = "", name = "" } = port;
      const place = `${at}.ports[${index}]`;
      if (hostIP && !hostPort) {
        const shown = `{Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
        warnings.push(`${place}: hostIP set without hostPort: ${shown}`);
      }
      const key = `${containerPort}/${protocol}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const what = overlap(port, other.port);
        if (what) warnings.push(`${place}: ${what} port definition with ${other.at}`);
      }
      known.set(key, [...others, { port, at: place }]);
    });
  return warnings;
}

/** Of a name that two ports have only the first is found. */
function portNameWarnings(containers: readonly Place[]): string[] {
  const known = new Map<string, string>();
  return containers.flatMap(({ container, at }) =>
    (container.ports ?? []).flatMap(({ name }, index) => {
      if (!name) return [];
      const place = `${at}.ports[${index}]`;
      const first = known.get(name);
      if (first === undefined) known.set(name, place);
      if (first === undefined) return [];
      const named = JSON.stringify(name);
      const use = `services and probes that select ports by name will use ${first}`;
      return [`${place}: duplicate port name ${named} with ${first}, ${use}`];
    }),
  );
}

function overlap(port: ContainerPort, other: ContainerPort): string | undefined {
  const [a, b] = [port, other].map(({ hostIP = "", hostPort = 0 }) => ({ hostIP, hostPort }));
  if (a!.hostIP === b!.hostIP && a!.hostPort === b!.hostPort) return "duplicate";
  if (a!.hostPort === 0 || b!.hostPort === 0) return "overlapping";
  const oneAnywhere = (a!.hostIP === "") !== (b!.hostIP === "");
  return a!.hostPort === b!.hostPort && oneAnywhere ? "dangerously ambiguous" : undefined;
}

function affinityWarnings(path: string, affinity: PodAffinity | undefined): string[] {
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...required.flatMap(({ labelSelector }, index) =>
      labelSelector
        ? []
        : [`${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${NO_SELECTOR}`],
    ),
    ...preferred.flatMap(({ podAffinityTerm: term }, index) =>
      term?.labelSelector
        ? []
        : [
            `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector: ${NO_SELECTOR}`,
          ],
    ),
  ];
}
