import { badSeccomp, procMount } from "./baseline.ts";
import { type Check, exceptUserNamespaces, exceptWindows, namesWhere, type Subject, type Violation } from "./checks.ts";
import { containersText, distinct, plural, quoted, settersText } from "./subjects.ts";

const VOLUME_TYPES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

function escalation(subject: Subject): Violation | undefined {
  const names = namesWhere(subject, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: "allowPrivilegeEscalation != false",
    detail: `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function capabilities(subject: Subject): Violation | undefined {
  const addedBy = ({ securityContext }: Subject["containers"][number]) =>
    (securityContext?.capabilities?.add ?? []).filter((one) => one !== "NET_BIND_SERVICE");
  const keeping = namesWhere(subject, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes("ALL"));
  const adding = namesWhere(subject, (container) => addedBy(container).length > 0);
  const added = distinct(subject.containers.flatMap(addedBy));
  const faults = [
    ...(keeping.length > 0 ? [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${containersText(adding)} must not include ${quoted(added)} in securityContext.capabilities.add`]
      : []),
  ];
  return faults.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: faults.join("; ") };
}

function volumes({ spec }: Subject): Violation | undefined {
  const bad = (spec.volumes ?? []).flatMap((volume) => {
    const type = Object.entries(volume).find(([key, source]) => key !== "name" && source)?.[0] ?? "unknown";
    return VOLUME_TYPES.has(type) ? [] : [{ name: volume.name, type }];
  });
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(({ type }) => type));
  const names = `${plural(bad.length, "volume", "volumes")} ${quoted(bad.map(({ name }) => name))}`;
  const what = plural(types.length, "restricted volume type", "restricted volume types");
  return {
    reason: "restricted volume types",
    detail: `${names} ${plural(bad.length, "uses", "use")} ${what} ${quoted(types)}`,
  };
}

function runAsNonRoot(subject: Subject): Violation | undefined {
  const reason = "runAsNonRoot != true";
  const pod = subject.spec.securityContext?.runAsNonRoot;
  const denying = namesWhere(subject, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  if (pod === false || denying.length > 0) {
    const setters = settersText(pod === false, denying);
    return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  }
  const silent = namesWhere(subject, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (pod === true || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser(subject: Subject): Violation | undefined {
  const pod = subject.spec.securityContext?.runAsUser === 0;
  const names = namesWhere(subject, ({ securityContext }) => securityContext?.runAsUser === 0);
  if (!pod && names.length === 0) return undefined;
  return { reason: "runAsUser=0", detail: `${settersText(pod, names)} must not set runAsUser=0` };
}

function seccomp(subject: Subject): Violation | undefined {
  const bad = badSeccomp(subject);
  if (bad || subject.spec.securityContext?.seccompProfile) return bad;
  const silent = namesWhere(subject, ({ securityContext }) => !securityContext?.seccompProfile);
  if (silent.length === 0) return undefined;
  const wanted = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: "seccompProfile", detail: `pod or ${containersText(silent)} ${wanted}` };
}

/** Hardening as it is best practice, in the order in which it is told; beside what the baseline says. */
export const RESTRICTED: readonly Check[] = [
  {
    id: "allowPrivilegeEscalation",
    level: "restricted",
    versions: [
      [8, escalation],
      [25, exceptWindows(escalation)],
    ],
  },
  {
    id: "capabilities_restricted",
    level: "restricted",
    versions: [
      [22, capabilities],
      [25, exceptWindows(capabilities)],
    ],
    overrides: "capabilities_baseline",
  },
  { id: "procMount_restricted", level: "restricted", versions: [[35, procMount]], overrides: "procMount" },
  { id: "restrictedVolumes", level: "restricted", versions: [[0, volumes]], overrides: "hostPathVolumes" },
  {
    id: "runAsNonRoot",
    level: "restricted",
    versions: [
      [0, runAsNonRoot],
      [35, exceptUserNamespaces(runAsNonRoot)],
    ],
  },
  {
    id: "runAsUser",
    level: "restricted",
    versions: [
      [23, runAsUser],
      [35, exceptUserNamespaces(runAsUser)],
    ],
  },
  {
    id: "seccompProfile_restricted",
    level: "restricted",
    versions: [
      [19, seccomp],
      [25, exceptWindows(seccomp)],
    ],
    overrides: "seccompProfile_baseline",
  },
];
