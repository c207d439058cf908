import { jsonEqual } from "../../base/index.ts";
import {
  HorizontalPodAutoscaler,
  kindFor,
  type KindDefinition,
  type KubeObject,
  type Scale,
  unlessGone,
} from "../../api/index.ts";
import { dynamicKind, resourcePath } from "../../client/index.ts";
import { type ControllerEnvironment, keyOf, reconcileKeys, splitKey } from "../common/environment.ts";
import { metricProblems } from "./metrics.ts";
import { plan, type ScaleRead } from "./plan.ts";

const SYNC_PERIOD_MS = 15_000;

/** Keeps the size of each autoscaler's target within its bounds. */
export async function startPodAutoscalerController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, clock } = environment;
  const scalers = informers.for(HorizontalPodAutoscaler);
  const events = environment.recorder("horizontal-pod-autoscaler");
  const queue = reconcileKeys(environment, {
    name: "horizontal-pod-autoscaler",
    workers: environment.options.concurrentHorizontalPodAutoscalerSyncs ?? 5,
    synced: [scalers.synced],
    backoff: { baseMs: SYNC_PERIOD_MS, maxMs: SYNC_PERIOD_MS },
    async reconcile(key, signal) {
      const scaler = scalers.get(splitKey(key));
      if (!scaler) return undefined;
      const target = await targetKind(environment, scaler, signal);
      const decided = await plan({
        scaler,
        scale: typeof target === "string" ? { problem: target } : await readScale(environment, scaler, target, signal),
        metrics: () => metricProblems(client, scaler, signal),
        nowMs: clock.now(),
      });
      if (decided.replicas !== undefined && typeof target !== "string")
        await resize(environment, scaler, { kind: target, replicas: decided.replicas, signal });
      for (const note of decided.notes) events.event(scaler, note);
      if (!jsonEqual(scaler.status, decided.status)) {
        const changed = { ...scaler, status: decided.status };
        const updated = await unlessGone(client.updateStatus(HorizontalPodAutoscaler, changed, { signal }));
        if (updated) await scalers.expect(updated, signal);
      }
      return { requeueAfterMs: SYNC_PERIOD_MS };
    },
  });
  scalers.subscribe({
    apply(scaler, old) {
      if (!old || !jsonEqual(scaler.spec, old.spec)) queue.add(keyOf(scaler));
    },
    delete: () => {},
  });
}

/** The kind that an autoscaler points at, or why there is none. */
async function targetKind(
  { discover }: ControllerEnvironment,
  { spec: { scaleTargetRef } }: HorizontalPodAutoscaler,
  signal: AbortSignal,
): Promise<KindDefinition<KubeObject> | string> {
  const { apiVersion = "", kind } = scaleTargetRef;
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const declared = kindFor({ group, version: apiVersion.slice(slash + 1), kind });
  if (declared) return declared as KindDefinition<KubeObject>;
  const found = (await discover(signal)).kinds.find((one) => one.group === group && one.kind === kind);
  return found ? dynamicKind(found) : `no matches for kind "${kind}" in group "${group}"`;
}

async function readScale(
  { client }: ControllerEnvironment,
  { metadata: { namespace }, spec: { scaleTargetRef } }: HorizontalPodAutoscaler,
  kind: KindDefinition<KubeObject>,
  signal: AbortSignal,
): Promise<ScaleRead> {
  try {
    const key = { namespace, name: scaleTargetRef.name };
    const scale = await client.getSubresource<Scale>(kind, key, "scale", { signal });
    return { replicas: scale.spec?.replicas ?? 0, selector: scale.status?.selector ?? "" };
  } catch (error) {
    if (signal.aborted) throw error;
    return { problem: (error as Error).message };
  }
}

/** Replaces the whole scale: that is what the controller's role allows. */
async function resize(
  { client }: ControllerEnvironment,
  { metadata: { namespace }, spec: { scaleTargetRef } }: HorizontalPodAutoscaler,
  { kind, replicas, signal }: { kind: KindDefinition<KubeObject>; replicas: number; signal: AbortSignal },
): Promise<void> {
  const { name } = scaleTargetRef;
  const scale = await client.getSubresource<Scale>(kind, { namespace, name }, "scale", { signal });
  const value = { ...scale, spec: { ...scale.spec, replicas } };
  const path = resourcePath(kind, { namespace, name, subresource: "scale" });
  const headers = { "content-type": "application/json", accept: "application/json" };
  const { status } = await client.raw({ method: "PUT", path, headers, body: { type: "object", value }, signal });
  if (status >= 300) throw new Error(`set scale of ${kind.plural} ${name}: the server answered ${status}`);
}
