import type { FieldError } from "../../../kind.ts";
import {
  dnsLabelProblems,
  duplicateValue,
  forbiddenField,
  invalidValue,
  missingReference,
  notSupported,
  oneOf,
  problemsAt,
  required,
  tooMany,
} from "../../../validation/index.ts";
import type { Container, ContainerRestartRule, EphemeralContainer } from "../container.ts";
import type { PodSpec } from "../podspec.ts";
import { PULL_POLICIES } from "./constants.ts";
import { validateEnv, validateEnvFrom } from "./env.ts";
import { validateDevices, validateMounts } from "./mounts.ts";
import { validateHostPorts, validatePorts } from "./ports.ts";
import { forbidHooks, validateHooks } from "./probes.ts";
import { validateRequirements, validateResizePolicy } from "./resources.ts";
import { validateSecurityContext } from "./security.ts";
import type { Volumes } from "./volumes.ts";

const MESSAGE_POLICIES = ["File", "FallbackToLogsOnError"];
const RESTART_POLICIES = ["Always", "Never", "OnFailure"];
const RULE_ACTIONS = ["Restart", "RestartAllContainers"];
const RULE_OPERATORS = ["In", "NotIn"];
const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;
const GRACE_SECONDS = 30;

/** What a container's rules look at beside the container. */
export interface PodContext {
  readonly spec: PodSpec;
  readonly volumes: Volumes;
  /** Names of the pod's resource claims. */
  readonly claims: ReadonlySet<string>;
}

/** Rules of every container, whatever it is for. */
function validateCommon(path: string, container: Container, { spec, volumes, claims }: PodContext): FieldError[] {
  const { name, image } = container;
  const errors = name ? problemsAt(`${path}.name`, name, dnsLabelProblems(name)) : [required(`${path}.name`)];
  if (!image) errors.push(required(`${path}.image`));
  return [
    ...errors,
    ...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGE_POLICIES),
    ...validatePorts(`${path}.ports`, container.ports),
    ...validateEnv(`${path}.env`, container.env),
    ...validateEnvFrom(`${path}.envFrom`, container.envFrom),
    ...validateMounts(`${path}.volumeMounts`, container, volumes),
    ...validateDevices(`${path}.volumeDevices`, container, volumes),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...validateRequirements(`${path}.resources`, container.resources, { claims }),
    ...validateResizePolicy(`${path}.resizePolicy`, container.resizePolicy, spec.restartPolicy),
    ...validateSecurityContext(`${path}.securityContext`, container.securityContext, {
      hostUsers: spec.hostUsers !== false,
    }),
  ];
}

/** The name of an image; what it points at is the runtime's business. */
export function validateImage(path: string, image: string | undefined): FieldError[] {
  if (!image) return [required(path)];
  return image === image.trim() ? [] : [invalidValue(path, image, "must not have leading or trailing whitespace")];
}

function graceOf({ spec }: PodContext): { graceSeconds: number } {
  return { graceSeconds: spec.terminationGracePeriodSeconds ?? GRACE_SECONDS };
}

export function validateContainers(path: string, context: PodContext): FieldError[] {
  const containers = context.spec.containers ?? [];
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const common = validateCommon(at, container, context);
    if (names.has(container.name)) common.push(duplicateValue(`${at}.name`, container.name));
    else names.add(container.name);
    return [...common, ...validateHooks(at, container, graceOf(context)), ...validateRestart(at, container)];
  });
  return [...errors, ...validateHostPorts(path, containers)];
}

export function validateInitContainers(path: string, context: PodContext): FieldError[] {
  const { containers, initContainers = [] } = context.spec;
  const names = new Set((containers ?? []).map(({ name }) => name));
  return initContainers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const { name } = container;
    const errors = [...validateCommon(at, container, context), ...validateInitRestart(at, container)];
    if (names.has(name)) errors.push(duplicateValue(`${at}.name`, name));
    else if (name) names.add(name);
    errors.push(...validateHostPorts(path, [container]));
    const stays = container.restartPolicy === "Always";
    return [...errors, ...(stays ? validateHooks(at, container, graceOf(context)) : forbidHooks(at, container))];
  });
}

const RULES_NEED_POLICY = "must specify restartPolicy when restart rules are used";

/** The same of one that runs before the others, whose rules are looked at only where they count. */
function validateInitRestart(path: string, container: Container): FieldError[] {
  return container.restartPolicy === undefined && container.restartPolicyRules?.length
    ? [required(`${path}.restartPolicy`, RULES_NEED_POLICY)]
    : validateRestart(path, container);
}

/** When a container is started again. */
function validateRestart(path: string, { restartPolicy, restartPolicyRules = [] }: Container): FieldError[] {
  const errors: FieldError[] = [];
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy))
    errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  if (restartPolicyRules.length === 0) return errors;
  if (restartPolicy === undefined) errors.push(required(`${path}.restartPolicy`, RULES_NEED_POLICY));
  if (restartPolicyRules.length > RULES_MAX)
    errors.push(tooMany(`${path}.restartPolicyRules`, restartPolicyRules.length, RULES_MAX));
  restartPolicyRules.forEach((rule, index) => {
    errors.push(...validateRestartRule(`${path}.restartPolicyRules[${index}]`, rule));
  });
  return errors;
}

function validateRestartRule(path: string, { action = "", exitCodes }: ContainerRestartRule): FieldError[] {
  const errors = RULE_ACTIONS.includes(action) ? [] : [notSupported(`${path}.action`, action, RULE_ACTIONS)];
  if (!exitCodes) return [...errors, required(`${path}.exitCodes`, "must be specified")];
  const { operator = "", values = [] } = exitCodes;
  if (!RULE_OPERATORS.includes(operator))
    errors.push(notSupported(`${path}.exitCodes.operator`, operator, RULE_OPERATORS));
  if (values.length > EXIT_CODES_MAX) errors.push(tooMany(`${path}.exitCodes.values`, values.length, EXIT_CODES_MAX));
  return errors;
}

/** Fields of a container that one added to a running pod may have. */
const EPHEMERAL_FIELDS = new Set([
  "name",
  "image",
  "command",
  "args",
  "workingDir",
  "envFrom",
  "env",
  "volumeMounts",
  "volumeDevices",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "imagePullPolicy",
  "securityContext",
  "stdin",
  "stdinOnce",
  "tty",
  "targetContainerName",
]);

export function validateEphemeralContainers(path: string, context: PodContext): FieldError[] {
  const { containers, initContainers = [], ephemeralContainers = [] } = context.spec;
  const others = new Set([...(containers ?? []), ...initContainers].map(({ name }) => name));
  const names = new Set(others);
  return ephemeralContainers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const { name, targetContainerName: target } = container;
    const errors = validateCommon(at, container as Container, context);
    if (container.image) errors.push(...validateImage(`${at}.image`, container.image));
    if (name && names.has(name)) errors.push(duplicateValue(`${at}.name`, name));
    names.add(name);
    if (target && !others.has(target)) errors.push(missingReference(`${at}.targetContainerName`, target));
    return [...errors, ...forbidBeyondEphemeral(at, container)];
  });
}

function forbidBeyondEphemeral(path: string, container: EphemeralContainer): FieldError[] {
  const errors: FieldError[] = [];
  const fields = Object.entries(container);
  for (const [field, value] of fields) {
    if (EPHEMERAL_FIELDS.has(field) || isEmpty(value)) continue;
    errors.push(forbiddenField(`${path}.${field}`, "cannot be set for an Ephemeral Container"));
  }
  (container.volumeMounts ?? []).forEach(({ subPath, subPathExpr }, index) => {
    const at = `${path}.volumeMounts[${index}]`;
    if (subPath) errors.push(forbiddenField(`${at}.subPath`, "cannot be set for an Ephemeral Container"));
    if (subPathExpr) errors.push(forbiddenField(`${at}.subPathExpr`, "cannot be set for an Ephemeral Container"));
  });
  return errors;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
