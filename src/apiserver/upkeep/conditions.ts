import {
  conditionOf,
  isConflict,
  isNotFound,
  type KindDefinition,
  type KubeObject,
  transitionTime,
} from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import { systemContext } from "../bootstrap/bootstrap.ts";
import type { Json, WriteOptions } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";

/** A condition that the server itself keeps, before it is dated. */
export interface Verdict {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface KeptCondition {
  readonly kind: KindDefinition;
  readonly object: {
    readonly metadata: KubeObject["metadata"];
    readonly status?: { readonly conditions?: readonly Partial<Verdict>[] };
  };
  readonly wanted: Verdict;
  readonly write: WriteOptions;
  readonly clock: Clock;
  /** The object with the conditions as its status. */
  readonly change: (current: KubeObject | undefined, status: Json) => Json | Promise<Json>;
}

/** Writes a condition into an object's status, unless it says that already. */
export async function keepCondition(
  core: ServerCore,
  { kind, object, wanted, write, clock, change }: KeptCondition,
): Promise<void> {
  const known = conditionOf((object.status?.conditions ?? []) as readonly Verdict[], wanted.type);
  if (known?.status === wanted.status && known.reason === wanted.reason && known.message === wanted.message) return;
  const condition = { ...wanted, lastTransitionTime: transitionTime(known, wanted.status, formatTime(clock.now())) };
  const context = systemContext(kind, "", object.metadata.name, "status");
  await core
    .registry(kind)
    .update(context, {
      change: (current) => change(current, { conditions: [condition] }),
      write,
      subresource: "status",
    })
    .catch((error) => {
      // Whoever changed or removed it causes another look.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    });
}
