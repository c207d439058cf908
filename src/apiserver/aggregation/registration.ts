import {
  APIService,
  CustomResourceDefinition,
  isAlreadyExists,
  isConflict,
  isNotFound,
  type KindDefinition,
  type KubeObject,
} from "../../api/index.ts";
import { jsonEqual } from "../../base/index.ts";
import { systemContext } from "../bootstrap/bootstrap.ts";
import type { ServerCore } from "../core.ts";
import { keep, type KeepOptions } from "../upkeep/keep.ts";
import type { Json } from "../registry/generic.ts";
import { CUSTOM_PRIORITY } from "./priority.ts";

const SERVICES = APIService as unknown as KindDefinition;
const DEFINITIONS = CustomResourceDefinition as unknown as KindDefinition;
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
/** Who keeps an API service: "true" the server for as long as it serves the version, "onstart" only when it starts. */
export const AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

/** What is to be done so that there is an API service for each version that definitions define. */
export interface RegistrationPlan {
  readonly create: readonly Registration[];
  readonly update: readonly Registration[];
  readonly remove: readonly APIService[];
}

export interface Registration {
  readonly name: string;
  readonly spec: APIService["spec"];
}

type Definitions = readonly Pick<CustomResourceDefinition, "spec">[];

/** Leaves alone what somebody else made, whatever it says. */
export function planRegistrations(definitions: Definitions, services: readonly APIService[]): RegistrationPlan {
  const wanted = new Map<string, Registration>();
  for (const { spec } of definitions)
    for (const { name: version, served } of spec.versions)
      if (served) wanted.set(`${version}.${spec.group}`, registration(spec.group, version));
  const known = new Map(services.map((service) => [service.metadata.name, service]));
  const own = services.filter(({ metadata }) => metadata.labels?.[AUTOMANAGED] === "true");
  return {
    create: [...wanted.values()].filter(({ name }) => !known.has(name)),
    update: own.flatMap(({ metadata, spec }) => {
      const one = wanted.get(metadata.name);
      return one && !jsonEqual(one.spec, spec) ? [one] : [];
    }),
    remove: own.filter(({ metadata }) => !wanted.has(metadata.name)),
  };
}

function registration(group: string, version: string): Registration {
  const { group: groupPriorityMinimum, version: versionPriority } = CUSTOM_PRIORITY;
  return { name: `${version}.${group}`, spec: { group, version, groupPriorityMinimum, versionPriority } };
}

/** Keeps API services for what definitions define; runs until the signal. */
export function keepRegistrations(core: ServerCore, options: KeepOptions): Promise<void> {
  const kinds = () => [DEFINITIONS, SERVICES];
  return keep(core, { what: "API services of definitions", kinds, look: () => register(core) }, options);
}

async function register(core: ServerCore): Promise<void> {
  const { reads } = core;
  const plan = planRegistrations(reads.cached(CustomResourceDefinition), reads.cached(APIService));
  for (const one of plan.create) await create(core, one);
  for (const one of plan.update) await update(core, one);
  for (const one of plan.remove) await removeService(core, one);
}

async function create(core: ServerCore, { name, spec }: Registration): Promise<void> {
  const registry = core.registry(SERVICES);
  const { value } = registry.decode({ metadata: { name, labels: { [AUTOMANAGED]: "true" } }, spec });
  await registry.create(systemContext(SERVICES, "", name), value, WRITE).catch((error) => {
    if (!isAlreadyExists(error)) throw error;
  });
}

async function update(core: ServerCore, { name, spec }: Registration): Promise<void> {
  const change = (current: KubeObject | undefined): Json => ({
    ...(structuredClone(current) as unknown as Json),
    spec: structuredClone(spec),
  });
  await core
    .registry(SERVICES)
    .update(systemContext(SERVICES, "", name), { change, write: WRITE })
    .catch((error) => {
      // Whoever changed or removed it causes another look.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
}

/** Only as it was seen: a change that comes between causes another look. */
async function removeService(core: ServerCore, { metadata }: APIService): Promise<void> {
  const registry = core.registry(SERVICES);
  const stored = await registry.find("", metadata.name);
  if (stored?.object.metadata.resourceVersion === metadata.resourceVersion) await registry.remove(stored!);
}

/** Lets go of those that a start made and that stand for nothing any more, as after one with other versions. */
export async function removeUnserved(core: ServerCore): Promise<void> {
  const isServed = ({ group = "", version }: APIService["spec"]) =>
    core.served.all.some((kind) => kind.group === group && kind.version === version);
  for (const service of core.reads.cached(APIService)) {
    const { metadata, spec } = service;
    if (metadata.labels?.[AUTOMANAGED] === "onstart" && !spec.service && !isServed(spec))
      await removeService(core, service);
  }
}
