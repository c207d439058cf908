import {
  FlowSchema,
  groupVersion,
  type KindDefinition,
  type KubeObject,
  PriorityLevelConfiguration,
} from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import { keepCondition } from "../upkeep/conditions.ts";
import { keep, type KeepOptions } from "../upkeep/keep.ts";
import { applyTo } from "../verbs/patch.ts";
import type { ServerCore } from "../core.ts";
import type { Json } from "../registry/generic.ts";

const SCHEMAS = FlowSchema as unknown as KindDefinition;
const LEVELS = PriorityLevelConfiguration as unknown as KindDefinition;
const WRITE = { dryRun: false, fieldManager: "api-priority-and-fairness-config-consumer-v1", isApply: true };

interface Dangling {
  readonly type: "Dangling";
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** Whether a flow schema leads nowhere, as its condition says it. */
export function danglingOf(schema: FlowSchema, levels: ReadonlySet<string>): Dangling {
  const { name } = schema.spec.priorityLevelConfiguration;
  const what = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  return levels.has(name)
    ? { type: "Dangling", status: "False", reason: "Found", message: `${what} and it exists` }
    : { type: "Dangling", status: "True", reason: "NotFound", message: `${what} but there is no such object` };
}

/** Keeps the conditions of flow schemas true; runs until the signal. */
export function keepDangling(core: ServerCore, options: KeepOptions): Promise<void> {
  const { clock } = options;
  const look = async () => {
    const levels = new Set(core.reads.cached(PriorityLevelConfiguration).map(({ metadata }) => metadata.name));
    for (const schema of core.reads.cached(FlowSchema)) {
      const applying = applied({ name: schema.metadata.name, now: formatTime(clock.now()) });
      const wanted = danglingOf(schema, levels);
      await keepCondition(core, { kind: SCHEMAS, object: schema, wanted, write: WRITE, clock, change: applying });
    }
  };
  return keep(core, { what: "conditions of flow schemas", kinds: () => [SCHEMAS, LEVELS], look }, options);
}

/** The status as the server applies it. */
function applied({ name, now }: { readonly name: string; readonly now: string }) {
  return (current: KubeObject | undefined, status: Json): Promise<Json> =>
    applyTo({
      kind: SCHEMAS,
      current,
      config: { apiVersion: groupVersion(SCHEMAS), kind: SCHEMAS.kind, metadata: { name }, status },
      write: WRITE,
      subresource: "status",
      now,
      force: true,
    });
}
