import {
  FlowSchema,
  groupVersion,
  isConflict,
  isNotFound,
  type KindDefinition,
  type KubeObject,
  PriorityLevelConfiguration,
} from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import { systemContext } from "../bootstrap/bootstrap.ts";
import { nextChange } from "../next-change.ts";
import { applyTo } from "../patch.ts";
import type { ServerCore } from "../core.ts";

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
export async function keepDangling(
  core: ServerCore,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const change = nextChange(core, [SCHEMAS, LEVELS], signal);
    await Promise.all([SCHEMAS, LEVELS].map((kind) => core.registry(kind).cacher.start()));
    const levels = new Set(core.reads.cached(PriorityLevelConfiguration).map(({ metadata }) => metadata.name));
    for (const schema of core.reads.cached(FlowSchema)) await settle(core, schema, { levels, clock });
    await change;
  }
}

async function settle(
  core: ServerCore,
  schema: FlowSchema,
  { levels, clock }: { readonly levels: ReadonlySet<string>; readonly clock: Clock },
): Promise<void> {
  const wanted = danglingOf(schema, levels);
  const known = schema.status.conditions?.find(({ type }) => type === wanted.type);
  if (known?.status === wanted.status && known.message === wanted.message) return;
  const lastTransitionTime = known?.status === wanted.status ? known.lastTransitionTime : formatTime(clock.now());
  const config = {
    apiVersion: groupVersion(SCHEMAS),
    kind: SCHEMAS.kind,
    metadata: { name: schema.metadata.name },
    status: { conditions: [{ ...wanted, lastTransitionTime }] },
  };
  const change = (current: KubeObject | undefined) =>
    applyTo({
      kind: SCHEMAS,
      current,
      config,
      write: WRITE,
      subresource: "status",
      now: formatTime(clock.now()),
      force: true,
    });
  const context = systemContext(SCHEMAS, "", schema.metadata.name);
  await core
    .registry(SCHEMAS)
    .update(context, { change, write: WRITE, subresource: "status" })
    .catch((error) => {
      // Whoever changed or removed it causes another look.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
}
