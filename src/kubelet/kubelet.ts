import type { Pod } from "../api/index.ts";
import type { ComponentContext } from "../runtime/index.ts";
import type { KubeletApi, KubeletEvents } from "./api.ts";
import { clientApi, clientEvents } from "./api-client.ts";
import type { Runtime } from "./cri/index.ts";
import type { Host } from "./host/index.ts";
import { Images } from "./images/images.ts";
import { NodeAgent } from "./node/node-agent.ts";
import { type KubeletContext, type KubeletOptions, settingsOf } from "./options.ts";
import { Prober } from "./probe/prober.ts";
import { StatusManager } from "./status/status-manager.ts";
import { watchStaticPods } from "./static/static-pods.ts";
import { admitPod } from "./sync/admission.ts";
import { Pods } from "./sync/pods.ts";
import { ObjectCache } from "./volumes/object-cache.ts";
import { TokenManager } from "./volumes/tokens.ts";
import { Volumes } from "./volumes/volumes.ts";

/** What a kubelet stands on beside the API server. */
export interface KubeletParts {
  readonly runtime: Runtime;
  readonly host: Host;
  /** Instead of the client's, for tests. */
  readonly api?: KubeletApi;
  readonly events?: KubeletEvents;
}

/** A kubelet that runs until its scope closes. */
export interface Kubelet {
  readonly nodeName: string;
  readonly context: KubeletContext;
  /** Pods that this node has now. */
  pods(): readonly Pod[];
  podByName(namespace: string, name: string): Pod | undefined;
}

/** Registers the node and runs the pods that are bound to it. Resolves once the node is registered. */
export async function runKubelet(
  component: ComponentContext,
  parts: KubeletParts,
  options: KubeletOptions,
): Promise<Kubelet> {
  const settings = settingsOf(options);
  const { clock, random, log, scope } = component;
  const api = parts.api ?? clientApi(component);
  const events = parts.events ?? clientEvents(component, settings.nodeName);
  const { runtime, host } = parts;
  const context: KubeletContext = { clock, random, log, scope, api, events, runtime, host, settings };
  const facts = await host.facts();
  const { runtimeName } = await runtime.version(scope.signal);
  const agent = new NodeAgent(context, { facts, runtimeName, networkReady: () => pods.wakeAll() });
  const pods = assemble(context, agent);
  await host.files.makeDirectory(settings.podDirectory(""), { mode: 0o750 });
  await host.files.makeDirectory(settings.podLogsDirectory, { mode: 0o755 });
  await agent.start(scope.signal);
  pods.start(scope.signal);
  scope.spawn("watch pods", (signal) => api.watchPods(settings.nodeName, pods, signal));
  const { staticPodPath } = settings;
  if (staticPodPath !== undefined)
    scope.spawn("watch static pods", (signal) =>
      watchStaticPods(context, staticPodPath, (found) => pods.applyStatic(found), signal),
    );
  return {
    nodeName: settings.nodeName,
    context,
    pods: () => pods.list(),
    podByName: (namespace, name) => pods.byName(namespace, name),
  };
}

/** Makes the parts that work on pods and ties them together. */
function assemble(context: KubeletContext, agent: NodeAgent): Pods {
  const { api, clock, events, host, log, runtime, scope, settings } = context;
  const changed = (podUid: string) => pods.wake(podUid);
  const detection = settings.configMapAndSecretChangeDetectionStrategy ?? "Watch";
  const objects = new ObjectCache({ api, scope, clock, detection, changed });
  const tokens = new TokenManager(clock, api);
  const prober = new Prober({ clock, tools: { runtime, network: host.network }, events, changed });
  scope.defer(() => prober.close());
  const pods: Pods = new Pods(context, {
    context,
    images: new Images({ clock, service: runtime, events }),
    objects,
    tokens,
    volumes: new Volumes({ clock, host, api, objects, tokens, podDirectory: settings.podDirectory }),
    prober,
    statuses: new StatusManager({ api, clock, scope, log }),
    nodeFacts: () => agent.factsForPods(),
    nodeUid: () => agent.node?.metadata.uid,
    admit: (pod) =>
      admitPod({
        pod,
        others: pods.others(pod.metadata.uid),
        allocatable: agent.factsForPods().allocatable,
        nodeLabels: agent.node?.metadata.labels ?? {},
      }),
  });
  return pods;
}
