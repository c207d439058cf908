import type { FieldError } from "../../../kind.ts";
import {
  duplicateValue,
  oneOf,
  portNameProblems,
  portProblems,
  problemsAt,
  required,
} from "../../../validation/index.ts";
import type { ContainerPort } from "../container.ts";
import { PROTOCOLS } from "./constants.ts";

export function validatePorts(path: string, ports: readonly ContainerPort[] = []): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name, containerPort, hostPort, protocol }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (name) {
      const problems = problemsAt(`${at}.name`, name, portNameProblems(name));
      errors.push(...problems);
      if (problems.length === 0 && names.has(name)) errors.push(duplicateValue(`${at}.name`, name));
      if (problems.length === 0) names.add(name);
    }
    if (!containerPort) errors.push(required(`${at}.containerPort`));
    else errors.push(...problemsAt(`${at}.containerPort`, containerPort, portProblems(containerPort)));
    if (hostPort) errors.push(...problemsAt(`${at}.hostPort`, hostPort, portProblems(hostPort)));
    return [...errors, ...oneOf(`${at}.protocol`, protocol, PROTOCOLS)];
  });
}

/** A port of the host serves one container only. */
export function validateHostPorts(
  path: string,
  containers: readonly { readonly ports?: readonly ContainerPort[] | undefined }[],
): FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort, hostIP = "", protocol = "" }, at) => {
      if (!hostPort) return [];
      const text = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(text)) return [duplicateValue(`${path}[${index}].ports[${at}].hostPort`, text)];
      taken.add(text);
      return [];
    }),
  );
}
