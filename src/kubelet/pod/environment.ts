import { own } from "../../base/index.ts";
import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from "../../api/index.ts";
import { expand } from "./expand.ts";
import { fieldText, type PodFacts, resourceText } from "./field-ref.ts";

/** An object that a pod's specification points to. */
export interface Reference {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
}

/** Objects a pod refers to, as they are now; undefined when there is none. */
export interface Sources {
  readonly configMap: (name: string) => ConfigMap | undefined;
  readonly secret: (name: string) => Secret | undefined;
  /** Variables of an env file in a volume; undefined when there is no such file. */
  readonly file: (reference: FileReference) => ReadonlyMap<string, string> | undefined;
}

/** A file in one of the pod's volumes. */
export interface FileReference {
  readonly volumeName: string;
  readonly path: string;
}

export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly sources: Sources;
  /** Services whose addresses appear as variables. */
  readonly services: readonly Service[];
  readonly facts: PodFacts;
}

export type Environment = ReadonlyMap<string, string>;

/** The config maps and secrets that a container's environment is made of. */
export function environmentReferences(container: Container): Reference[] {
  const references: Reference[] = [];
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef) references.push({ kind: "ConfigMap", name: configMapRef.name ?? "" });
    if (secretRef) references.push({ kind: "Secret", name: secretRef.name ?? "" });
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef) references.push({ kind: "ConfigMap", name: valueFrom.configMapKeyRef.name ?? "" });
    if (valueFrom?.secretKeyRef) references.push({ kind: "Secret", name: valueFrom.secretKeyRef.name ?? "" });
  }
  return references;
}

/** The env files that a container's environment is made of. */
export function environmentFiles(container: Container): FileReference[] {
  return (container.env ?? []).flatMap(({ valueFrom }) => valueFrom?.fileKeyRef ?? []);
}

/** A container's variables: services first, then envFrom, then env, each hiding what came before. */
export function buildEnvironment(input: EnvironmentInput): Environment {
  const { pod, container, sources } = input;
  const result = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [key, value] of bulkValues(pod, source, sources)) {
      const name = `${source.prefix ?? ""}${key}`;
      if (isVariableName(name)) result.set(name, value);
    }
  }
  const services = serviceVariables(input.services);
  // Services are visible to $(NAME) but never hide what the container says itself.
  const known = new Map([...services, ...result]);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom ? referredValue(input, variable) : expand(variable.value ?? "", known);
    if (value === undefined) continue;
    result.set(variable.name, value);
    known.set(variable.name, value);
  }
  for (const [name, value] of services) if (!result.has(name)) result.set(name, value);
  return result;
}

type EnvFromSource = NonNullable<Container["envFrom"]>[number];

function bulkValues(pod: Pod, source: EnvFromSource, sources: Sources): [string, string][] {
  if (source.configMapRef) {
    const { name = "", optional } = source.configMapRef;
    const found = sources.configMap(name);
    if (!found && !optional) throw new Error(`configmap "${name}" not found`);
    return Object.entries(found?.data ?? {});
  }
  if (source.secretRef) {
    const { name = "", optional } = source.secretRef;
    const found = sources.secret(name);
    if (!found && !optional) throw new Error(`secret "${name}" not found`);
    return Object.entries(found?.data ?? {}).map(([key, value]) => [key, decodeBase64Text(value)]);
  }
  throw new Error(`envFrom of pod ${pod.metadata.name} names no source`);
}

/** The value of valueFrom; undefined for an optional one that isn't there. */
function referredValue(input: EnvironmentInput, variable: EnvVar): string | undefined {
  const { pod, container, sources, facts } = input;
  const from = variable.valueFrom!;
  if (from.fieldRef) return fieldText(pod, from.fieldRef.fieldPath, facts);
  if (from.resourceFieldRef) return resourceText(pod, from.resourceFieldRef, facts, container);
  if (from.configMapKeyRef) {
    const { name = "", key, optional } = from.configMapKeyRef;
    const found = sources.configMap(name);
    if (!found && !optional) throw new Error(`configmap "${name}" not found`);
    const value = own(found?.data, key);
    if (value === undefined && !optional)
      throw new Error(`couldn't find key ${key} in ConfigMap ${pod.metadata.namespace}/${name}`);
    return value;
  }
  if (from.secretKeyRef) {
    const { name = "", key, optional } = from.secretKeyRef;
    const found = sources.secret(name);
    if (!found && !optional) throw new Error(`secret "${name}" not found`);
    const value = own(found?.data, key);
    if (value === undefined && !optional)
      throw new Error(`couldn't find key ${key} in Secret ${pod.metadata.namespace}/${name}`);
    return value === undefined ? undefined : decodeBase64Text(value);
  }
  if (from.fileKeyRef) {
    const { path, key, optional } = from.fileKeyRef;
    const value = sources.file(from.fileKeyRef)?.get(key);
    if (value === undefined && !optional)
      throw new Error(`environment variable key "${key}" not found in file "${path}"`);
    return value;
  }
  throw new Error(`env ${variable.name}: this source is not supported by this version`);
}

/** Variables that name each service's address and ports, in the form Docker links had. */
function serviceVariables(services: readonly Service[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const { metadata, spec } of services) {
    const address = spec.clusterIP;
    const ports = spec.ports ?? [];
    if (!address || address === "None" || ports.length === 0) continue;
    const name = variableName(metadata.name);
    const host = address.includes(":") ? `[${address}]` : address;
    result.set(`${name}_SERVICE_HOST`, address);
    result.set(`${name}_SERVICE_PORT`, String(ports[0]!.port));
    for (const port of ports)
      if (port.name) result.set(`${name}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
    for (const [index, port] of ports.entries()) {
      const protocol = port.protocol ?? "TCP";
      const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
      if (index === 0) result.set(`${name}_PORT`, url);
      const prefix = `${name}_PORT_${port.port}_${protocol}`;
      result.set(prefix, url);
      result.set(`${prefix}_PROTO`, protocol.toLowerCase());
      result.set(`${prefix}_PORT`, String(port.port));
      result.set(`${prefix}_ADDR`, address);
    }
  }
  return result;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

function isVariableName(name: string): boolean {
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(name);
}

export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.fromBase64(text);
}

function decodeBase64Text(text: string): string {
  return new TextDecoder().decode(decodeBase64(text));
}
