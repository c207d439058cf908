import {
  badRequest,
  Binding,
  conflict,
  Eviction,
  isPodReady,
  type KindDefinition,
  labelSelectorMatches,
  pathSegmentProblems,
  Pod,
  PodDisruptionBudget,
  quote,
  statusError,
} from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import type { Json } from "../http/object.ts";
import { readPosted } from "../http/posted.ts";
import { respond } from "../http/respond.ts";
import { admitReview, type ReviewAdmission } from "../admission/admit.ts";
import { managedBySender } from "./managed.ts";
import { checkPreconditions, deleteObject, type DeleteOptions } from "../registry/delete.ts";
import type { Registry, WriteOptions } from "../registry/generic.ts";
import type { ServerCore } from "../core.ts";
import { writeOptions } from "../verbs/write-options.ts";
import type { Store } from "../../store/index.ts";

const BINDING = Binding as unknown as KindDefinition;
const POD = Pod as unknown as KindDefinition;
const BUDGET = PodDisruptionBudget as unknown as KindDefinition;
const EVICTION = {
  group: "policy",
  version: "v1",
  kind: "Eviction",
  struct: Eviction,
  alsoVersions: ["policy/v1beta1"],
};

const success = () =>
  respond(
    201,
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
    { encoding: "json", as: "object", pretty: false },
  );

/** pods/binding: puts a pod on a node, once. */
export function bindPod(core: ServerCore, clock: Clock, review: ReviewAdmission): SubresourceHandler {
  return async (context) => {
    const sent = await readPosted(context, BINDING, { scope: "Namespaced", keepsSystem: true });
    const binding: Json & { metadata: Json } = {
      ...sent,
      metadata: managedBySender(context, sent, { type: BINDING, clock }),
    };
    // What is posted to the bindings themselves isn't sent to a pod.
    const kind = context.info.resource === "bindings" ? BINDING : POD;
    const { validate } = await admitReview(context, { kind, object: binding, objectKind: BINDING }, review);
    const given = String(binding.metadata.name ?? "");
    const name = context.info.name || given;
    if (given !== name) throw badRequest("name in URL does not match name in Binding object");
    const target = (binding.target ?? {}) as { kind?: string; name?: string };
    const wrong = targetProblem(target);
    if (wrong) throw statusError({ code: 500, reason: "", message: wrong });
    await validate();
    requirePathSegment(name);
    const bound = { ...context, info: { ...context.info, name } };
    await core.registry(POD).update(bound, {
      change: (pod) => boundTo(pod as unknown as Pod, { target: target.name!, binding, now: clock.now() }),
      write: writeOptions(context),
      subresource: "binding",
      own: true,
    });
    return success();
  };
}

/** 400 for what is no name that anything could have been stored by. */
function requirePathSegment(name: string): void {
  if (!name) throw badRequest("Name parameter required.");
  const problems = pathSegmentProblems(name);
  if (problems.length > 0) throw badRequest(`Name parameter invalid: ${quote(name)}: ${problems.join(";")}`);
}

/** Told as it is: the original takes it for an error of its own. */
function targetProblem({ kind, name }: { readonly kind?: string; readonly name?: string }): string | undefined {
  const problems: string[] = [];
  if (kind && kind !== "Node" && kind !== "Minion")
    problems.push(`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`);
  if (!name) problems.push("target.name: Required value");
  return problems.length > 1 ? `[${problems.join(", ")}]` : problems[0];
}

interface BindCall {
  readonly target: string;
  readonly binding: Json;
  readonly now: number;
}

function boundTo(pod: Pod, { target, binding, now }: BindCall): Json {
  const { name, namespace, uid } = pod.metadata;
  const refuse = (why: string) => conflict({ group: "", plural: "pods/binding" }, name, why);
  const wantedUid = (binding.metadata as Json).uid;
  if (wantedUid && wantedUid !== uid) {
    const why = `StorageError: invalid object, Code: 4, Key: /registry/pods/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${String(wantedUid)}, UID in object meta: ${uid}`;
    throw conflict(POD, name, why);
  }
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const wanted = structuredClone(pod) as unknown as { metadata: Json; spec: Json; status: Json };
  wanted.spec.nodeName = target;
  const { annotations, labels } = binding.metadata as { annotations?: Json; labels?: Json };
  if (annotations) wanted.metadata.annotations = { ...(wanted.metadata.annotations as Json), ...annotations };
  if (labels) wanted.metadata.labels = { ...(wanted.metadata.labels as Json), ...labels };
  const others = ((wanted.status.conditions ?? []) as Json[]).filter(({ type }) => type !== "PodScheduled");
  const scheduled = { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: formatTime(now) };
  wanted.status.conditions = [...others, scheduled];
  return wanted as unknown as Json;
}

interface Evictor extends ReviewAdmission {
  readonly core: ServerCore;
  readonly store: Store;
  readonly clock: Clock;
}

/** pods/eviction: deletes a pod if its disruption budget has room. */
export function evictPod(evictor: Evictor): SubresourceHandler {
  return async (context) => {
    const sent = await readPosted(context, EVICTION, { scope: "Namespaced" });
    const metadata = managedBySender(context, sent, { type: EVICTION, clock: evictor.clock });
    const eviction: Json & { metadata: Json } = { ...sent, metadata };
    const { validate } = await admitReview(context, { kind: POD, object: eviction, objectKind: EVICTION }, evictor);
    const { name, namespace } = context.info;
    if (eviction.metadata.name !== name) throw badRequest("name in URL does not match name in Eviction object");
    await validate();
    const registry = evictor.core.registry(POD);
    const stored = await registry.get(namespace, name);
    const options = { ...((eviction.deleteOptions ?? {}) as DeleteOptions & { dryRun?: string[] }) };
    checkPreconditions(registry, stored.object, options);
    const write = { ...writeOptions(context) };
    const call = {
      ...evictor,
      isAdmitted: true as const,
      context,
      write: { ...write, dryRun: write.dryRun || Boolean(options.dryRun?.length) },
    };
    await respectBudget(call, stored.object as unknown as Pod);
    if (!call.write.dryRun) await markEvicted(call);
    // The version that was asked for was the one before the mark.
    const { uid } = options.preconditions ?? {};
    const left = { ...options, preconditions: uid === undefined ? {} : { uid } };
    await deleteObject({ registry, options: left, ...call }, namespace, name);
    return success();
  };
}

/** Says in the pod why it goes, for as long as it is still there. */
async function markEvicted({ core, context, write, clock }: EvictionCall): Promise<void> {
  const mark = (current: unknown) => {
    const pod = structuredClone(current) as { status: { conditions?: Json[] } };
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== "DisruptionTarget");
    const condition = {
      type: "DisruptionTarget",
      status: "True",
      lastProbeTime: null,
      lastTransitionTime: formatTime(clock.now()),
      reason: "EvictionByEvictionAPI",
      message: "Eviction API: evicting",
    };
    pod.status.conditions = [...others, condition];
    return pod as unknown as Json;
  };
  await core.registry(POD).update(context, { change: mark, write, subresource: "status", own: true });
}

interface EvictionCall extends Evictor {
  readonly context: RequestContext;
  readonly write: WriteOptions;
}

async function respectBudget(call: EvictionCall, pod: Pod): Promise<void> {
  const { phase } = pod.status;
  if (phase === "Succeeded" || phase === "Failed" || phase === "Pending" || pod.metadata.deletionTimestamp) return;
  const budgets = (await call.core.reads.list(PodDisruptionBudget, pod.metadata.namespace)).filter(
    ({ spec }) => spec.selector && labelSelectorMatches(spec.selector, pod.metadata.labels ?? {}),
  );
  const budget = budgets[0];
  if (!budget) return;
  if (budgets.length > 1) {
    const message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    throw statusError({ code: 500, reason: "", message });
  }
  if (!isPodReady(pod) && mayEvictUnready(budget)) return;
  const { namespace, name } = budget.metadata;
  const context = { ...call.context, info: { ...call.context.info, namespace, name } };
  const registry: Registry = call.core.registry(BUDGET);
  const change = (current: unknown) => spend(current as PodDisruptionBudget, pod, call.clock.now());
  await registry.update(context, { change, write: call.write, subresource: "status", own: true });
}

/** A pod that isn't ready counts for nothing when the budget says so, or when it is met without it. */
function mayEvictUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  return status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0;
}

const BUDGET_REFUSES = "Cannot evict pod as it would violate the pod's disruption budget.";
const DISRUPTED_MAX = 2000;

/** The budget with one disruption less; 429 when there is none left. */
function spend(budget: PodDisruptionBudget, pod: Pod, now: number): Json {
  const { name, generation = 0 } = budget.metadata as { name: string; generation?: number };
  const { status } = budget;
  if ((status.observedGeneration ?? 0) < generation)
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  if (Object.keys(status.disruptedPods ?? {}).length > DISRUPTED_MAX)
    throw refused("DisruptedPods map too big - too many evictions not confirmed by PDB controller", 0);
  if (status.disruptionsAllowed <= 0)
    throw refused(
      `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
      0,
    );
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: formatTime(now) };
  return {
    ...(structuredClone(budget) as unknown as Json),
    status: { ...status, disruptedPods, disruptionsAllowed: status.disruptionsAllowed - 1 },
  };
}

function refused(why: string, retryAfterSeconds: number): Error {
  return statusError({
    code: 429,
    reason: "TooManyRequests",
    message: BUDGET_REFUSES,
    details: {
      causes: [{ reason: "DisruptionBudget", message: why }],
      ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
    },
  });
}
