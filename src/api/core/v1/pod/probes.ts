import type { FieldError } from "../../../kind.ts";
import {
  forbiddenField,
  headerNameProblems,
  invalidValue,
  nonNegative,
  oneOf,
  portNameProblems,
  portProblems,
  problemsAt,
  required,
} from "../../../validation/index.ts";
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from "../container.ts";

const SCHEMES = ["HTTP", "HTTPS"];

/** What a container's hooks and probes share: the time its pod has to end. */
export interface Grace {
  readonly graceSeconds: number;
}

type Handler = LifecycleHandler & Pick<Probe, "grpc">;

function validatePort(path: string, port: number | string | undefined): FieldError[] {
  if (typeof port === "string") return problemsAt(path, port, portNameProblems(port));
  return problemsAt(path, port ?? 0, portProblems(port ?? 0));
}

function validateHttpGet(path: string, { path: url, port, scheme, httpHeaders = [] }: HTTPGetAction): FieldError[] {
  return [
    ...(url ? [] : [required(`${path}.path`)]),
    ...validatePort(`${path}.port`, port),
    ...oneOf(`${path}.scheme`, scheme, SCHEMES),
    ...httpHeaders.flatMap(({ name = "" }) => problemsAt(`${path}.httpHeaders`, name, headerNameProblems(name))),
  ];
}

/** What a hook or probe does: exactly one thing. */
function validateHandler(path: string, handler: Handler, { graceSeconds }: Grace): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const errors: FieldError[] = [];
  let count = 0;
  const check = (name: string, rules: (at: string) => FieldError[]) => {
    const at = `${path}.${name}`;
    if (count++ > 0) errors.push(forbiddenField(at, "may not specify more than 1 handler type"));
    else errors.push(...rules(at));
  };
  if (exec) check("exec", (at) => (exec.command?.length ? [] : [required(`${at}.command`)]));
  if (httpGet) check("httpGet", (at) => validateHttpGet(at, httpGet));
  if (tcpSocket) check("tcpSocket", (at) => validatePort(`${at}.port`, tcpSocket.port));
  if (grpc) check("grpc", (at) => validatePort(`${at}.port`, grpc.port));
  if (sleep)
    check("sleep", (at) => {
      if (sleep.seconds >= 0 && sleep.seconds <= graceSeconds) return [];
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
      return [invalidValue(at, sleep.seconds, detail)];
    });
  return count > 0 ? errors : [required(path, "must specify a handler type")];
}

function validateLifecycle(path: string, { postStart, preStop }: Lifecycle, grace: Grace): FieldError[] {
  return [
    ...(postStart ? validateHandler(`${path}.postStart`, postStart, grace) : []),
    ...(preStop ? validateHandler(`${path}.preStop`, preStop, grace) : []),
  ];
}

function validateProbe(path: string, probe: Probe, grace: Grace): FieldError[] {
  const { terminationGracePeriodSeconds: seconds } = probe;
  return [
    ...validateHandler(path, probe, grace),
    ...nonNegative(`${path}.initialDelaySeconds`, probe.initialDelaySeconds),
    ...nonNegative(`${path}.timeoutSeconds`, probe.timeoutSeconds),
    ...nonNegative(`${path}.periodSeconds`, probe.periodSeconds),
    ...nonNegative(`${path}.successThreshold`, probe.successThreshold),
    ...nonNegative(`${path}.failureThreshold`, probe.failureThreshold),
    ...(seconds !== undefined && seconds <= 0
      ? [invalidValue(`${path}.terminationGracePeriodSeconds`, seconds, "must be greater than 0")]
      : []),
  ];
}

/** A probe whose failure restarts the container: one success is enough. */
function validateRestartProbe(path: string, probe: Probe, grace: Grace): FieldError[] {
  const errors = validateProbe(path, probe, grace);
  if (probe.successThreshold !== 1)
    errors.push(invalidValue(`${path}.successThreshold`, probe.successThreshold ?? 0, "must be 1"));
  return errors;
}

function validateReadinessProbe(path: string, probe: Probe, grace: Grace): FieldError[] {
  const errors = validateProbe(path, probe, grace);
  const { terminationGracePeriodSeconds: seconds } = probe;
  if (seconds !== undefined)
    errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, seconds, "must not be set for readinessProbes"));
  return errors;
}

interface Probed {
  readonly lifecycle?: Lifecycle | undefined;
  readonly livenessProbe?: Probe | undefined;
  readonly readinessProbe?: Probe | undefined;
  readonly startupProbe?: Probe | undefined;
}

/** Hooks and probes of a container that is kept running. */
export function validateHooks(path: string, container: Probed, grace: Grace): FieldError[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  return [
    ...(lifecycle ? validateLifecycle(`${path}.lifecycle`, lifecycle, grace) : []),
    ...(livenessProbe ? validateRestartProbe(`${path}.livenessProbe`, livenessProbe, grace) : []),
    ...(readinessProbe ? validateReadinessProbe(`${path}.readinessProbe`, readinessProbe, grace) : []),
    ...(startupProbe ? validateRestartProbe(`${path}.startupProbe`, startupProbe, grace) : []),
  ];
}

/** Hooks and probes of a container that runs to its end: none. */
export function forbidHooks(path: string, container: Probed): FieldError[] {
  const detail = "may not be set for init containers without restartPolicy=Always";
  return (["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const)
    .filter((field) => container[field])
    .map((field) => forbiddenField(`${path}.${field}`, detail));
}
