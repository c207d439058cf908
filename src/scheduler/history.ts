import type { Pod } from "../api/index.ts";
import type { Decision } from "./decision.ts";
import type { Preemption } from "./preemption.ts";

/** The last decision about a pod, and when it was taken. */
export interface DecisionRecord {
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly schedulerName: string;
  readonly atMs: number;
  readonly attempt: number;
  readonly decision: Decision;
  /** What the pod's condition says, when it got no node. */
  readonly message: string;
  readonly preemption: Preemption | undefined;
}

/** Nodes whose reasons are kept, over all decisions; the oldest decisions go first. */
const NODES_MAX = 500_000;

/** The last decisions, one for each pod. */
export class DecisionHistory {
  readonly #records = new Map<string, DecisionRecord>();
  #nodes = 0;

  remember(record: DecisionRecord): void {
    const key = keyOf(record.pod);
    this.#delete(key);
    this.#records.set(key, record);
    this.#nodes += sizeOf(record);
    for (const oldest of this.#records.keys()) {
      if (this.#nodes <= NODES_MAX || oldest === key) break;
      this.#delete(oldest);
    }
  }

  get(namespace: string, name: string): DecisionRecord | undefined {
    return this.#records.get(keyOf({ namespace, name }));
  }

  forget({ metadata: { namespace, name, uid } }: Pod): void {
    const key = keyOf({ namespace, name });
    if (this.#records.get(key)?.pod.uid === uid) this.#delete(key);
  }

  #delete(key: string): void {
    const record = this.#records.get(key);
    if (!record) return;
    this.#records.delete(key);
    this.#nodes -= sizeOf(record);
  }
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function sizeOf({ decision: { rejections, scores } }: DecisionRecord): number {
  return 1 + rejections.length + (scores?.nodes.length ?? 0);
}
