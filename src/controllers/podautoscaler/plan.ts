import { conditionOf, transitionTime, type HorizontalPodAutoscaler } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";

/** What the target's scale says, or why it couldn't be read. */
export type ScaleRead = { readonly replicas: number; readonly selector: string } | { readonly problem: string };

/** A metric that could not be read: reason of the condition, and two wordings of the same. */
export interface MetricProblem {
  readonly reason: string;
  readonly message: string;
  /** As the summary of all metrics says it. */
  readonly summary: string;
}

export interface Observed {
  readonly scaler: HorizontalPodAutoscaler;
  readonly scale: ScaleRead;
  /** What is wrong with each metric; asked for only when the target is within its bounds. */
  readonly metrics: () => Promise<readonly MetricProblem[]>;
  readonly nowMs: number;
}

export interface Note {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface Plan {
  /** The size to give the target. */
  readonly replicas?: number;
  readonly notes: readonly Note[];
  readonly status: HorizontalPodAutoscaler["status"];
}

type Conditions = NonNullable<HorizontalPodAutoscaler["status"]["conditions"]>;
type ConditionType = "AbleToScale" | "ScalingActive";

/** What to do for one autoscaler. Pure but for reading the metrics. */
export async function plan(observed: Observed): Promise<Plan> {
  const { scaler, scale, nowMs } = observed;
  const known = new ConditionList(scaler.status.conditions ?? [], nowMs);
  if ("problem" in scale) {
    const message = `the HPA controller was unable to get the target's current scale: ${scale.problem}`;
    known.set("AbleToScale", "False", { reason: "FailedGetScale", message });
    const note: Note = { type: "Warning", reason: "FailedGetScale", message: scale.problem };
    return { notes: [note], status: statusOf(scaler, { conditions: known.list }) };
  }
  const min = scaler.spec.minReplicas ?? 1;
  const { replicas } = scale;
  if (replicas === 0 && min !== 0) {
    const message = "scaling is disabled since the replica count of the target is zero";
    known.set("ScalingActive", "False", { reason: "ScalingDisabled", message });
    known.set("AbleToScale", "True", GOT_SCALE);
    return { notes: [], status: statusOf(scaler, { conditions: known.list, current: 0, desired: 0 }) };
  }
  const { maxReplicas } = scaler.spec;
  if (replicas > maxReplicas)
    return resize(observed, known, { to: maxReplicas, why: "above Spec.MaxReplicas", replicas });
  if (replicas < min) return resize(observed, known, { to: min, why: "below Spec.MinReplicas", replicas });
  known.set("AbleToScale", "True", GOT_SCALE);
  if (scale.selector === "") {
    const message = "the HPA target's scale is missing a selector";
    known.set("ScalingActive", "False", { reason: "InvalidSelector", message });
    const notes: Note[] = [{ type: "Warning", reason: "SelectorRequired", message: "selector is required" }];
    return { notes, status: statusOf(scaler, { conditions: known.list, current: replicas }) };
  }
  return blind(observed, known, replicas);
}

const GOT_SCALE = {
  reason: "SucceededGetScale",
  message: "the HPA controller was able to get the target's current scale",
};

function resize(
  { scaler, nowMs }: Observed,
  known: ConditionList,
  { to, why, replicas }: { readonly to: number; readonly why: string; readonly replicas: number },
): Plan {
  const message = `the HPA controller was able to update the target scale to ${to}`;
  known.set("AbleToScale", "True", { reason: "SucceededRescale", message });
  const said = `New size: ${to}; reason: Current number of replicas ${why}`;
  return {
    replicas: to,
    notes: [{ type: "Normal", reason: "SuccessfulRescale", message: said }],
    status: {
      ...statusOf(scaler, { conditions: known.list, current: replicas, desired: to }),
      lastScaleTime: formatTime(nowMs),
    } as Plan["status"],
  };
}

/** Within its bounds the target keeps its size as long as no metric can be read. */
async function blind({ scaler, metrics }: Observed, known: ConditionList, replicas: number): Promise<Plan> {
  const problems = await metrics();
  const [first] = problems;
  const total = scaler.spec.metrics?.length ?? 0;
  const notes: Note[] = problems.map(({ reason, message }) => ({ type: "Warning", reason, message }));
  if (first) {
    const message = `the HPA was unable to compute the replica count: ${first.message}`;
    known.set("ScalingActive", "False", { reason: first.reason, message });
    const summary = `invalid metrics (${problems.length} invalid out of ${total}), first error is: ${first.summary}`;
    notes.push({ type: "Warning", reason: "FailedComputeMetricsReplicas", message: summary });
  }
  const currentMetrics = problems.map(() => ({ type: "" }));
  return { notes, status: statusOf(scaler, { conditions: known.list, current: replicas, currentMetrics }) };
}

function statusOf(
  { status, metadata }: HorizontalPodAutoscaler,
  {
    conditions,
    current = status.currentReplicas ?? 0,
    desired = status.desiredReplicas ?? 0,
    currentMetrics,
  }: {
    readonly conditions: Conditions;
    readonly current?: number;
    readonly desired?: number;
    readonly currentMetrics?: readonly object[];
  },
): HorizontalPodAutoscaler["status"] {
  return {
    ...status,
    ...(status.observedGeneration !== undefined && { observedGeneration: metadata.generation }),
    currentReplicas: current,
    desiredReplicas: desired,
    currentMetrics: currentMetrics ?? null,
    conditions,
  } as unknown as HorizontalPodAutoscaler["status"];
}

/** Conditions in the order in which they were first set. */
class ConditionList {
  #list: Conditions;
  readonly #nowMs: number;

  constructor(list: Conditions, nowMs: number) {
    this.#list = list;
    this.#nowMs = nowMs;
  }

  get list(): Conditions {
    return this.#list;
  }

  set(type: ConditionType, status: "True" | "False", why: { readonly reason: string; readonly message: string }): void {
    const known = conditionOf(this.#list, type);
    const lastTransitionTime = transitionTime(known, status, formatTime(this.#nowMs));
    const condition = { type, status, ...why, lastTransitionTime } as Conditions[number];
    this.#list = known ? this.#list.map((one) => (one === known ? condition : one)) : [...this.#list, condition];
  }
}
