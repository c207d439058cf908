import {
  APIService,
  ClusterRole,
  ClusterRoleBinding,
  FlowSchema,
  isConflict,
  type KindDefinition,
  type KubeObject,
  Namespace,
  PriorityClass,
  PriorityLevelConfiguration,
  Role,
  RoleBinding,
} from "../../api/index.ts";
import { type Clock, formatTime, jsonEqual } from "../../base/index.ts";
import type { RequestContext } from "../contracts.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";
import apiServices from "./data/apiservices.json" with { type: "json" };
import clusterRoleBindings from "./data/clusterrolebindings.json" with { type: "json" };
import clusterRoles from "./data/clusterroles.json" with { type: "json" };
import flowSchemas from "./data/flowschemas.json" with { type: "json" };
import namespaces from "./data/namespaces.json" with { type: "json" };
import priorityClasses from "./data/priorityclasses.json" with { type: "json" };
import priorityLevels from "./data/prioritylevelconfigurations.json" with { type: "json" };
import roleBindings from "./data/rolebindings.json" with { type: "json" };
import roles from "./data/roles.json" with { type: "json" };

/**
 * What every cluster holds from the start, in the order in which it is made. The data is what `create` leaves of each object
 * but for uids and times, which bootstrap.test.ts checks.
 */
export const OBJECTS: readonly (readonly [kind: KindDefinition, items: readonly unknown[]])[] = [
  [Namespace, namespaces.items],
  [ClusterRole, clusterRoles.items],
  [ClusterRoleBinding, clusterRoleBindings.items],
  [Role, roles.items],
  [RoleBinding, roleBindings.items],
  [PriorityClass, priorityClasses.items],
  [PriorityLevelConfiguration, priorityLevels.items],
  [FlowSchema, flowSchemas.items],
  [APIService, apiServices.items],
] as unknown as readonly (readonly [KindDefinition, readonly unknown[]])[];

const AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };

/** Makes what is missing, and brings roles and bindings that say so up to date. */
export async function bootstrap(core: ServerCore, clock: Clock): Promise<void> {
  for (const [kind, items] of OBJECTS) {
    const registry = core.registry(kind);
    await registry.cacher.start();
    const wanted = items.filter((one) => isServed(core, kind, one as Json)) as Json[];
    // Side by side, so that they reach the disk together: one after the other waits for it a hundred times.
    await Promise.all(wanted.map((item) => ensure({ core, kind, clock }, item)));
  }
}

/** There is an API service for each group version that is served. */
function isServed(core: ServerCore, { kind }: KindDefinition, { spec }: Json): boolean {
  if (kind !== APIService.kind) return true;
  const { group = "", version } = spec as { group?: string; version: string };
  return core.served.all.some((one) => one.group === group && one.version === version);
}

interface Making {
  readonly core: ServerCore;
  readonly kind: KindDefinition;
  readonly clock: Clock;
}

async function ensure({ core, kind, clock }: Making, item: Json): Promise<void> {
  const registry = core.registry(kind);
  const { name, namespace = "" } = item.metadata as { name: string; namespace?: string };
  const existing = await registry.find(namespace, name);
  const wanted = dated(item, formatTime(clock.now()));
  if (!existing) return registry.createPrepared(wanted);
  if (existing.object.metadata.annotations?.[AUTOUPDATE] !== "true" || isAggregated(item)) return;
  const current = existing.object as unknown as Json;
  const parts = ["rules", "subjects", "roleRef"];
  if (parts.every((part) => jsonEqual(current[part] ?? null, wanted[part] ?? null))) return;
  const change = (object: KubeObject | undefined) => ({
    ...(structuredClone(object) as unknown as Json),
    ...Object.fromEntries(parts.filter((part) => wanted[part]).map((part) => [part, structuredClone(wanted[part])])),
  });
  await registry.update(systemContext(kind, namespace, name), { change, write: WRITE }).catch((error) => {
    if (!isConflict(error)) throw error;
  });
}

interface Dated {
  readonly metadata: { readonly managedFields?: readonly Json[] };
  readonly status?: { readonly conditions?: readonly Json[] };
}

/** An object of the data with the times that it has when it is made now. */
function dated(item: Json, now: string): Json {
  const { metadata, status } = item as unknown as Dated;
  const { conditions } = status ?? {};
  return {
    ...item,
    metadata: { ...metadata, managedFields: metadata.managedFields?.map((entry) => ({ ...entry, time: now })) },
    ...(conditions && { status: { conditions: conditions.map((one) => ({ ...one, lastTransitionTime: now })) } }),
  };
}

function isAggregated(item: Json): boolean {
  return item.aggregationRule !== undefined;
}

/** A request of the server itself. */
export function systemContext(kind: KindDefinition, namespace: string, name: string, subresource = ""): RequestContext {
  return {
    request: {
      method: "POST",
      path: "",
      query: "",
      headers: {},
      body: { type: "none" },
      peer: { address: "" },
      signal: new AbortController().signal,
    },
    info: {
      isResource: true,
      path: "",
      verb: "create",
      group: kind.group,
      version: kind.version,
      resource: kind.plural,
      subresource,
      rest: "",
      namespace,
      name,
    },
    query: new URLSearchParams(),
    user: { name: "system:apiserver", groups: ["system:masters", "system:authenticated"] },
    warnings: [],
    emptied: new Map(),
    isLarge: false,
    begin: () => undefined,
    turn: async () => {},
    authorize: async () => {},
  };
}
