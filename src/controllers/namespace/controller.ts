import { staleProblem } from "../common/discovery.ts";
import { jsonEqual } from "../../base/index.ts";
import { isConflict, isNotFound, type KubeObject, Namespace, StatusError } from "../../api/index.ts";
import { dynamicKind } from "../../client/index.ts";
import {
  type ControllerEnvironment,
  type Discovered,
  type DiscoveredKind,
  reconcileKeys,
} from "../common/environment.ts";
import { conditionsAfter, type Findings } from "./plan.ts";

const FINALIZER = "kubernetes";
/** Contents of kinds that another server answers for may appear a little late. */
const GRACE_MS = 5_000;

interface Contents {
  readonly findings: Findings;
  /** Seconds until the last pod should be gone; 0 when nothing waits for pods. */
  readonly podsSeconds: number;
}

/** Empties namespaces that are being deleted, pods first, and lets them go. */
export async function startNamespaceController(environment: ControllerEnvironment): Promise<void> {
  const namespaces = environment.informers.for(Namespace);
  const queue = reconcileKeys(environment, {
    name: "namespace",
    workers: environment.options.concurrentNamespaceSyncs ?? 10,
    synced: [namespaces.synced],
    backoff: { baseMs: 5_000, maxMs: 60_000 },
    reconcile: (name, signal) => reconcile(environment, name, signal),
  });
  namespaces.subscribe({
    apply({ metadata, spec }) {
      if (!metadata.deletionTimestamp) return;
      // One that has just been marked may still get what was under way.
      if (spec.finalizers?.includes(FINALIZER)) queue.addAfter(metadata.name, GRACE_MS);
    },
    delete() {},
  });
}

async function reconcile(
  environment: ControllerEnvironment,
  name: string,
  signal: AbortSignal,
): Promise<{ requeueAfterMs: number } | undefined> {
  const { client, clock } = environment;
  const namespace = await client.get(Namespace, { name }, { signal }).catch(undefinedWhenGone);
  if (!namespace?.metadata.deletionTimestamp || !namespace.spec.finalizers?.includes(FINALIZER)) return undefined;
  const { findings, podsSeconds } = await empty(environment, name, signal);
  if (podsSeconds > 0) return { requeueAfterMs: (podsSeconds / 2 + 1) * 1000 };
  const conditions = conditionsAfter(namespace, findings, clock.now());
  const status = { ...namespace.status, conditions };
  const current = jsonEqual(status, namespace.status)
    ? namespace
    : await client.updateStatus(Namespace, { ...namespace, status }, { signal });
  const clean = findings.discoveryError === undefined && findings.deletionErrors.length === 0;
  if (!clean)
    throw new Error(`empty namespace ${name}: ${[findings.discoveryError, ...findings.deletionErrors].join(", ")}`);
  if (findings.remaining.size > 0) return { requeueAfterMs: GRACE_MS };
  await finalize(environment, current, signal);
  return undefined;
}

async function finalize({ client }: ControllerEnvironment, namespace: Namespace, signal: AbortSignal): Promise<void> {
  const finalizers = namespace.spec.finalizers?.filter((finalizer) => finalizer !== FINALIZER) ?? [];
  const body = { ...namespace, spec: { ...namespace.spec, finalizers } };
  await client.update(Namespace, body, { subresource: "finalize", signal }).catch(undefinedWhenGone);
}

async function empty(environment: ControllerEnvironment, namespace: string, signal: AbortSignal): Promise<Contents> {
  const remaining = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const deletionErrors: string[] = [];
  let discovered: Discovered;
  try {
    discovered = await environment.discover(signal);
  } catch (error) {
    return {
      findings: { discoveryError: String((error as Error).message), deletionErrors, remaining, finalizers },
      podsSeconds: 0,
    };
  }
  const { kinds, stale } = discovered;
  // What is known goes all the same; the namespace stays until it is known that there is nothing else.
  const problem = staleProblem(stale);
  const discoveryError = problem && `Discovery failed for some groups, ${stale.length} failing: ${problem}`;
  const found = { ...(discoveryError && { discoveryError }), deletionErrors, remaining, finalizers };
  const isPod = ({ group, plural }: DiscoveredKind) => group === "" && plural === "pods";
  const deletable = kinds.filter(
    ({ scope, verbs }) => scope === "Namespaced" && verbs.includes("delete") && verbs.includes("list"),
  );
  // Pods first: what they use must not vanish under them.
  const ordered = [...deletable.filter(isPod), ...deletable.filter((kind) => !isPod(kind))];
  for (const kind of ordered) {
    try {
      const left = await clear(environment, { kind, namespace, signal });
      if (isPod(kind) && left.length > 0) {
        const podsSeconds = Math.max(1, ...left.map(({ metadata }) => metadata.deletionGracePeriodSeconds ?? 0));
        if (left.some(({ metadata }) => (metadata.finalizers ?? []).length === 0))
          return { findings: found, podsSeconds };
      }
      count(left, kind, { remaining, finalizers });
      if (isPod(kind) && left.length > 0) break;
    } catch (error) {
      if (signal.aborted) throw error;
      deletionErrors.push(String((error as Error).message));
    }
  }
  return { findings: found, podsSeconds: 0 };
}

function count(
  left: readonly KubeObject[],
  { plural, group }: DiscoveredKind,
  { remaining, finalizers }: { remaining: Map<string, number>; finalizers: Map<string, number> },
): void {
  if (left.length > 0) remaining.set(`${plural}.${group}`, left.length);
  for (const { metadata } of left)
    for (const finalizer of metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
}

/** Deletes all objects of a kind; gives those that are still there. */
async function clear(
  { client }: ControllerEnvironment,
  {
    kind,
    namespace,
    signal,
  }: { readonly kind: DiscoveredKind; readonly namespace: string; readonly signal: AbortSignal },
): Promise<readonly KubeObject[]> {
  const definition = dynamicKind(kind);
  const list = async () => {
    try {
      return (await client.list(definition, { namespace, metadataOnly: true, signal })).items;
    } catch (error) {
      if (isUnsupported(error)) return [];
      throw error;
    }
  };
  const found = await list();
  if (found.length === 0) return found;
  if (kind.verbs.includes("deletecollection")) {
    await client.deleteCollection(definition, { namespace, propagationPolicy: "Background", signal });
  } else {
    for (const { metadata } of found) {
      const key = { namespace, name: metadata.name };
      await client.delete(definition, key, { propagationPolicy: "Background", signal }).catch(undefinedWhenGone);
    }
  }
  return list();
}

function isUnsupported(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 404 || error.code === 405);
}

function undefinedWhenGone(error: unknown): undefined {
  if (isNotFound(error) || isConflict(error)) return undefined;
  throw error;
}
