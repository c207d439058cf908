import type { FieldError } from "../../../kind.ts";
import {
  dnsSubdomainProblems,
  internalValue,
  invalidValue,
  notSupported,
  problemsAt,
  rangeProblems,
  required,
  tooLong,
} from "../../../validation/index.ts";
import {
  type AppArmorProfile,
  SeccompProfile,
  SecurityContext,
  type WindowsSecurityContextOptions,
} from "../container.ts";
import type { PodSecurityContext, PodSpec, Sysctl } from "../podspec.ts";
import { descendingPath } from "./paths.ts";

const ID_MAX = 2_147_483_647;
const PROFILE_TYPES = ["Localhost", "RuntimeDefault", "Unconfined"];
const PROC_MOUNTS = ["Default", "Unmasked"];
const GROUP_CHANGE_POLICIES = ["Always", "OnRootMismatch"];
const GROUPS_POLICIES = ["Merge", "Strict"];
/** Labels set at mount time need a feature that is off. */
const SELINUX_CHANGE_POLICIES = ["Recursive"];
const APPARMOR_PROFILE_MAX = 4095;

function id(path: string, value: number | undefined): FieldError[] {
  return value === undefined ? [] : problemsAt(path, value, rangeProblems(value, 0, ID_MAX));
}

function known(path: string, value: string | undefined, values: readonly string[]): FieldError[] {
  return value === undefined || values.includes(value) ? [] : [notSupported(path, value, values)];
}

/** A container's own security settings. */
export function validateSecurityContext(
  path: string,
  context: SecurityContext | undefined,
  { hostUsers }: { hostUsers: boolean },
): FieldError[] {
  if (!context) return [];
  const { procMount } = context;
  const errors = [
    ...id(`${path}.runAsUser`, context.runAsUser),
    ...id(`${path}.runAsGroup`, context.runAsGroup),
    ...known(`${path}.procMount`, procMount, PROC_MOUNTS),
  ];
  if (hostUsers && procMount === "Unmasked")
    errors.push(invalidValue(`${path}.procMount`, procMount, "`hostUsers` must be false to use `Unmasked`"));
  errors.push(...validateSeccomp(`${path}.seccompProfile`, context.seccompProfile));
  for (const what of forbiddenEscalations(context))
    errors.push(
      invalidValue(
        path,
        internalValue(SecurityContext, context),
        `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
      ),
    );
  return [
    ...errors,
    ...validateWindowsOptions(`${path}.windowsOptions`, context.windowsOptions),
    ...validateAppArmor(`${path}.appArmorProfile`, context.appArmorProfile),
  ];
}

/** What a container has that may escalate, although it must not. */
function forbiddenEscalations({ allowPrivilegeEscalation, privileged, capabilities }: SecurityContext): string[] {
  if (allowPrivilegeEscalation !== false) return [];
  const admin = (capabilities?.add ?? []).filter((one) => one === "CAP_SYS_ADMIN");
  return [...(privileged ? ["`privileged` to true"] : []), ...admin.map(() => "`capabilities.Add` CAP_SYS_ADMIN")];
}

function validateSeccomp(path: string, profile: SeccompProfile | undefined): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  const errors = type
    ? known(`${path}.type`, type, PROFILE_TYPES)
    : [required(`${path}.type`, "type is required when seccompProfile is set")];
  if (type === "Localhost") {
    if (localhostProfile === undefined) errors.push(required(at, "must be set when seccomp type is Localhost"));
    else errors.push(...descendingPath(at, localhostProfile));
  } else if (localhostProfile !== undefined) {
    const value = internalValue(SeccompProfile, profile);
    errors.push(invalidValue(at, value, "can only be set when seccomp type is Localhost"));
  }
  return errors;
}

function validateAppArmor(path: string, profile: AppArmorProfile | undefined): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile: name } = profile;
  const at = `${path}.localhostProfile`;
  if (!type) return [required(`${path}.type`, "type is required when appArmorProfile is set")];
  if (!PROFILE_TYPES.includes(type)) return [notSupported(`${path}.type`, type, PROFILE_TYPES)];
  if (type !== "Localhost")
    return name === undefined ? [] : [invalidValue(at, name, "can only be set when AppArmor type is Localhost")];
  if (name === undefined) return [required(at, "must be set when AppArmor type is Localhost")];
  const errors: FieldError[] = [];
  if (name !== name.trim()) errors.push(invalidValue(at, name, "must not be padded with whitespace"));
  else if (name === "") errors.push(required(at, "must be set when AppArmor type is Localhost"));
  if (name.length > APPARMOR_PROFILE_MAX) errors.push(tooLong(at, APPARMOR_PROFILE_MAX));
  return errors;
}

/** Security settings of the pod as a whole; some rules look at the rest of its spec. */
export function validatePodSecurityContext(path: string, spec: PodSpec): FieldError[] {
  const { securityContext: context, hostPID, shareProcessNamespace: shared } = spec;
  const sharing =
    hostPID && shared
      ? [
          invalidValue(
            `${path}.shareProcessNamespace`,
            shared,
            "ShareProcessNamespace and HostPID cannot both be enabled",
          ),
        ]
      : [];
  if (!context) return sharing;
  return [
    ...id(`${path}.fsGroup`, context.fsGroup),
    ...id(`${path}.runAsUser`, context.runAsUser),
    ...id(`${path}.runAsGroup`, context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((group, index) => id(`${path}.supplementalGroups[${index}]`, group)),
    ...known(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, GROUPS_POLICIES),
    ...sharing,
    ...validateSysctls(`${path}.sysctls`, context.sysctls, spec),
    ...known(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, GROUP_CHANGE_POLICIES),
    ...validateSeccomp(`${path}.seccompProfile`, context.seccompProfile),
    ...validateWindowsOptions(`${path}.windowsOptions`, context.windowsOptions),
    ...validateAppArmor(`${path}.appArmorProfile`, context.appArmorProfile),
    ...validateSelinuxChange(`${path}.seLinuxChangePolicy`, context),
  ];
}

function validateSelinuxChange(path: string, { seLinuxChangePolicy }: PodSecurityContext): FieldError[] {
  return known(path, seLinuxChangePolicy, SELINUX_CHANGE_POLICIES);
}

const SYSCTL_NAME = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_NAME_MAX = 253;
const SYSCTL_RULE =
  "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
/** Kernel parameters that exist once per IPC namespace. */
const IPC_SYSCTLS = /^(kernel\.(sem|shm|shmall|shmmax|shmmni|shm_rmid_forced|msg|msgmax|msgmnb|msgmni)$|fs\.mqueue\.)/;

function validateSysctls(path: string, sysctls: readonly Sysctl[] = [], spec: PodSpec): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap(({ name }, index) => {
    const at = `${path}[${index}].name`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(at));
    else if (name.length > SYSCTL_NAME_MAX || !SYSCTL_NAME.test(name)) errors.push(invalidValue(at, name, SYSCTL_RULE));
    else if (seen.has(name)) errors.push({ path: at, type: "Duplicate", value: name, detail: "" });
    const dotted = (name ?? "").replaceAll("/", ".");
    if (spec.hostNetwork && dotted.startsWith("net."))
      errors.push(invalidValue(at, name, "may not be specified when 'hostNetwork' is true"));
    if (spec.hostIPC && IPC_SYSCTLS.test(dotted))
      errors.push(invalidValue(at, name, "may not be specified when 'hostIPC' is true"));
    seen.add(name);
    return errors;
  });
}

const GMSA_SPEC_KIB_MAX = 64;
const WINDOWS_USER_MAX = 104;
const WINDOWS_DOMAIN_MAX = 256;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_DOMAIN = /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)+$/;

function validateWindowsOptions(path: string, options: WindowsSecurityContextOptions | undefined): FieldError[] {
  if (!options) return [];
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  const errors: FieldError[] = [];
  if (name !== undefined)
    errors.push(...problemsAt(`${path}.gmsaCredentialSpecName`, name, dnsSubdomainProblems(name)));
  if (spec !== undefined) {
    if (spec === "")
      errors.push(invalidValue(`${path}.gmsaCredentialSpec`, spec, "gmsaCredentialSpec cannot be an empty string"));
    else if (Buffer.byteLength(spec) > GMSA_SPEC_KIB_MAX * 1024)
      errors.push(
        invalidValue(
          `${path}.gmsaCredentialSpec`,
          spec,
          `gmsaCredentialSpec size must be under ${GMSA_SPEC_KIB_MAX} KiB`,
        ),
      );
  }
  if (user !== undefined) errors.push(...problemsAt(`${path}.runAsUserName`, user, windowsUserProblems(user)));
  return errors;
}

function windowsUserProblems(text: string): string[] {
  const what = "runAsUserName";
  if (text === "") return [`${what} cannot be an empty string`];
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return [`${what} cannot contain control characters`];
  const parts = text.split("\\");
  if (parts.length > 2) return [`${what} cannot contain more than one backslash`];
  const domain = parts.length === 2 ? domainProblems(parts[0]!) : [];
  const user = parts.at(-1)!;
  const problems: string[] = [];
  if (user === "") problems.push(`${what}'s User cannot be empty`);
  else if (user.length > WINDOWS_USER_MAX)
    problems.push(`${what}'s User length must not be longer than ${WINDOWS_USER_MAX} characters`);
  if (user !== "" && /^[. ]+$/.test(user)) problems.push(`${what}'s User cannot contain only periods or spaces`);
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    problems.push(`${what}'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  return [...domain, ...problems];
}

function domainProblems(domain: string): string[] {
  if (domain.length >= WINDOWS_DOMAIN_MAX)
    return [`runAsUserName's Domain length must be under ${WINDOWS_DOMAIN_MAX} characters`];
  if (NETBIOS.test(domain) || DNS_DOMAIN.test(domain)) return [];
  return ["runAsUserName's Domain doesn't match the NetBIOS nor the DNS format"];
}
