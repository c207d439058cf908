import type { KindDefinition } from "../../api/index.ts";
import {
  type ComponentContext,
  createQueue,
  type EventRecorder,
  type Informers,
  runReconciler,
  type WorkQueue,
} from "../../runtime/index.ts";
import type { ControllerOptions } from "../options.ts";

/** What a controller is given: the context with a client of its own identity, shared informers, its options. */
export interface ControllerEnvironment extends ComponentContext {
  readonly informers: Informers;
  readonly options: ControllerOptions;
  /** Records events as this controller. */
  recorder(component: string): EventRecorder;
  /** What is served now, which comes and goes; see the garbage collector. */
  readonly discover: (signal?: AbortSignal) => Promise<Discovered>;
}

/** What the server serves, as far as it knows. */
export interface Discovered {
  readonly kinds: readonly DiscoveredKind[];
  /** Group versions of other servers that don't answer now: nothing is known of their kinds. */
  readonly stale: readonly string[];
}

/** A kind that the server serves now. */
export interface DiscoveredKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly verbs: readonly string[];
}

/** One row of the table of controllers. */
export interface ControllerDefinition {
  /** As the flag --controllers names it. */
  readonly name: string;
  /** Service account whose rights it uses; without one, the controller manager's own. */
  readonly account?: string;
  /** Runs only when named. */
  readonly onDemand?: boolean;
  /** Starts it; it ends with the environment's scope. */
  readonly start: (environment: ControllerEnvironment) => Promise<void>;
}

/** What queues use: namespace/name, or the name of what has no namespace. */
export function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** The parts of a key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return { namespace: slash < 0 ? "" : key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A queue of keys and workers on it, which start once `synced`. */
export function reconcileKeys(
  environment: ControllerEnvironment,
  options: {
    readonly name: string;
    readonly workers: number;
    readonly synced: readonly Promise<void>[];
    readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
    readonly reconcile: (key: string, signal: AbortSignal) => Promise<{ requeueAfterMs?: number } | undefined>;
  },
): WorkQueue<string> {
  const { name, workers, synced, reconcile, backoff } = options;
  const queue = createQueue<string>({ ...environment, ...(backoff && { backoff }) });
  environment.scope.defer(() => queue.close());
  Promise.all(synced).then(
    () => {
      if (!environment.scope.signal.aborted) runReconciler({ name, context: environment, queue, workers, reconcile });
    },
    () => {},
  );
  return queue;
}

/** Whether a reference is to a kind, whatever the version. */
export function refersTo(
  reference: { readonly apiVersion: string; readonly kind: string },
  kind: Pick<KindDefinition, "group" | "kind">,
): boolean {
  const slash = reference.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : reference.apiVersion.slice(0, slash);
  return reference.kind === kind.kind && group === kind.group;
}
