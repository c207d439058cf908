import {
  APIService,
  ClusterRole,
  ClusterRoleBinding,
  FlowSchema,
  isAlreadyExists,
  isConflict,
  type KindDefinition,
  type KubeObject,
  Namespace,
  PriorityClass,
  PriorityLevelConfiguration,
  Role,
  RoleBinding,
} from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import { jsonEqual } from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import type { Json } from "../registry/generic.ts";
import type { ServerCore } from "../server.ts";
import apiServices from "./data/apiservices.json" with { type: "json" };
import clusterRoleBindings from "./data/clusterrolebindings.json" with { type: "json" };
import clusterRoles from "./data/clusterroles.json" with { type: "json" };
import flowSchemas from "./data/flowschemas.json" with { type: "json" };
import namespaces from "./data/namespaces.json" with { type: "json" };
import priorityClasses from "./data/priorityclasses.json" with { type: "json" };
import priorityLevels from "./data/prioritylevelconfigurations.json" with { type: "json" };
import roleBindings from "./data/rolebindings.json" with { type: "json" };
import roles from "./data/roles.json" with { type: "json" };

const FLOW_MANAGER = "api-priority-and-fairness-config-producer-v1";

/** What every cluster holds from the start, in the order in which it is made, and who makes it. */
const OBJECTS: readonly (readonly [kind: KindDefinition, items: readonly unknown[], manager?: string])[] = [
  [Namespace, namespaces.items],
  [ClusterRole, clusterRoles.items],
  [ClusterRoleBinding, clusterRoleBindings.items],
  [Role, roles.items],
  [RoleBinding, roleBindings.items],
  [PriorityClass, priorityClasses.items],
  [PriorityLevelConfiguration, priorityLevels.items, FLOW_MANAGER],
  [FlowSchema, flowSchemas.items, FLOW_MANAGER],
  [APIService, apiServices.items],
] as unknown as readonly (readonly [KindDefinition, readonly unknown[], string?])[];

const AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
/** Said of group versions that this server itself serves. */
const LOCAL_MESSAGE = "Local APIServices are always available";

/** Makes what is missing, and brings roles and bindings that say so up to date. */
export async function bootstrap(core: ServerCore, clock: Clock): Promise<void> {
  for (const [kind, items, fieldManager = WRITE.fieldManager] of OBJECTS) {
    const registry = core.registry(kind);
    await registry.cacher.start();
    const wanted = items.filter((one) => isServed(core, kind, one as Json)) as Json[];
    // Side by side, so that they reach the disk together: one after the other waits for it a hundred times.
    await Promise.all(wanted.map((item) => ensure({ core, kind, clock, write: { ...WRITE, fieldManager } }, item)));
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
  readonly write: typeof WRITE;
}

async function ensure({ core, kind, clock, write }: Making, item: Json): Promise<void> {
  const registry = core.registry(kind);
  const { name, namespace = "" } = item.metadata as { name: string; namespace?: string };
  const context = systemContext(kind, namespace, name);
  const existing = await registry.find(namespace, name);
  if (!existing) {
    await registry.create(context, registry.decode(structuredClone(item)).value, write).catch((error) => {
      if (!isAlreadyExists(error)) throw error;
    });
    // A flow schema's condition is kept true by apiserver/flow, which says it at once.
    const status = kind.kind === FlowSchema.kind ? undefined : statusOf(item, formatTime(clock.now()));
    if (status) await registry.update(context, { change: (object) => withStatus(object, status), write, own: true });
    return;
  }
  if (existing.object.metadata.annotations?.[AUTOUPDATE] !== "true" || isAggregated(item)) return;
  const wanted = registry.decode(item).value;
  const current = existing.object as unknown as Json;
  const parts = ["rules", "subjects", "roleRef"];
  if (parts.every((part) => jsonEqual(current[part] ?? null, wanted[part] ?? null))) return;
  const change = (object: KubeObject | undefined) => ({
    ...(structuredClone(object) as unknown as Json),
    ...Object.fromEntries(parts.filter((part) => wanted[part]).map((part) => [part, wanted[part]])),
  });
  await registry.update(context, { change, write: WRITE }).catch((error) => {
    if (!isConflict(error)) throw error;
  });
}

interface Condition {
  readonly reason?: string;
}

/** The recorded status as of now; undefined when it says nothing. */
function statusOf(item: Json, now: string): Json | undefined {
  const { conditions } = (item.status ?? {}) as { conditions?: readonly Condition[] };
  if (!conditions?.length) return undefined;
  const dated = conditions.map((condition) => ({
    ...condition,
    lastTransitionTime: now,
    ...(condition.reason === "Local" && { message: LOCAL_MESSAGE }),
  }));
  return { conditions: dated };
}

function withStatus(object: KubeObject | undefined, status: Json): Json {
  return { ...(structuredClone(object) as unknown as Json), status };
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
    authorize: async () => {},
  };
}
