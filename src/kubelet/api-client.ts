import {
  ConfigMap,
  Lease,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  ServiceAccount,
  SubjectAccessReview,
  TokenReview,
  unlessGone,
} from "../api/index.ts";
import { parseTime, Scope, whenAborted } from "../base/index.ts";
import { type ComponentContext, createInformer, eventRecorder } from "../runtime/index.ts";
import type { Caller, IssuedToken, KubeletApi, KubeletEvents, PatchBody, PodHandler, WatchedKind } from "./api.ts";

const LEASES = "kube-node-lease";

/** The API server as the kubelet sees it, over a client. */
export function clientApi(context: ComponentContext): KubeletApi {
  const { client } = context;
  return {
    watchPods: (nodeName, handler, signal) => watchPods(context, nodeName, handler, signal),
    watchNode: (nodeName, apply, signal) =>
      watchOne(context, Node, { fieldSelector: `metadata.name=${nodeName}` }, nodeName, apply, signal),
    watchObject: (kind, key, apply, signal) => watchObject(context, kind, key, apply, signal),
    getPod: (namespace, name, signal) => unlessGone(client.get(Pod, { namespace, name }, { signal })),
    createPod: (pod, _namespace, signal) => client.create(Pod, pod as never, { signal }),
    patchPodStatus: ({ metadata: { namespace, name } }, body, signal) =>
      unlessGone(client.patch(Pod, { namespace, name }, body, { type: "strategic", subresource: "status", signal })),
    async deletePod({ metadata: { namespace, name, uid } }, signal) {
      const options = { gracePeriodSeconds: 0, preconditions: { uid }, signal };
      await unlessGone(client.delete(Pod, { namespace, name }, options));
    },
    getConfigMap: (namespace, name, signal) => unlessGone(client.get(ConfigMap, { namespace, name }, { signal })),
    getSecret: (namespace, name, signal) => unlessGone(client.get(Secret, { namespace, name }, { signal })),
    getClaim: (namespace, name, signal) =>
      unlessGone(client.get(PersistentVolumeClaim, { namespace, name }, { signal })),
    getVolume: (name, signal) => unlessGone(client.get(PersistentVolume, { name }, { signal })),
    listServices: async (namespace, signal) =>
      (await client.list(Service, { namespace, resourceVersion: "0", signal })).items,
    createToken: (spec, signal) => createToken(context, spec, signal),
    getNode: (name, signal) => unlessGone(client.get(Node, { name }, { signal })),
    createNode: (node, signal) => client.create(Node, node as never, { signal }),
    patchNode: (name, body, signal) => client.patch(Node, { name }, body, { type: "strategic", signal }),
    patchNodeStatus: (name, body, signal) =>
      client.patch(Node, { name }, body, { type: "strategic", subresource: "status", signal }),
    getLease: (name, signal) => unlessGone(client.get(Lease, { namespace: LEASES, name }, { signal })),
    createLease: (lease, signal) => client.create(Lease, lease as never, { signal }),
    updateLease: (lease, signal) => client.update(Lease, lease as never, { signal }),
    reviewToken: (token, signal) => reviewToken(context, token, signal),
    async reviewAccess(question, signal) {
      const body: PatchBody = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          user: question.user,
          groups: question.groups,
          ...(question.uid ? { uid: question.uid } : {}),
          resourceAttributes: {
            verb: question.verb,
            version: "v1",
            resource: "nodes",
            subresource: question.subresource,
            name: question.nodeName,
          },
        },
      };
      const review = await client.create(SubjectAccessReview, body as never, { signal });
      return review.status.allowed;
    },
  };
}

/** Events written as the kubelet of a node. */
export function clientEvents(context: ComponentContext, nodeName: string): KubeletEvents {
  const recorder = eventRecorder(context, { component: "kubelet", host: nodeName });
  // Events of a node name it as its own uid: that is how they have always been found.
  const node = { kind: "Node", apiVersion: "v1", metadata: { name: nodeName, uid: nodeName } };
  return {
    pod: (pod, event) => recorder.event({ kind: "Pod", apiVersion: "v1", metadata: pod.metadata }, event),
    node: (event) => recorder.event(node, event),
  };
}

async function watchPods(
  context: ComponentContext,
  nodeName: string,
  handler: PodHandler,
  signal: AbortSignal,
): Promise<void> {
  await within(context, signal, async (inner) => {
    const informer = createInformer(inner, Pod, { fieldSelector: `spec.nodeName=${nodeName}` });
    informer.subscribe({ apply: (pod) => handler.apply(pod), delete: (pod) => handler.delete(pod) });
    await Promise.race([informer.synced, aborted(signal)]);
    handler.synced();
    await aborted(signal);
  });
}

function watchObject(
  context: ComponentContext,
  kind: WatchedKind,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  apply: (object: ConfigMap | Secret | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  const filter = { namespace, fieldSelector: `metadata.name=${name}` };
  return kind === "ConfigMap"
    ? watchOne(context, ConfigMap, filter, name, apply, signal)
    : watchOne(context, Secret, filter, name, apply, signal);
}

async function watchOne<T>(
  context: ComponentContext,
  kind: Parameters<typeof createInformer<T>>[1],
  filter: { readonly namespace?: string; readonly fieldSelector: string },
  name: string,
  apply: (object: T | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  await within(context, signal, async (inner) => {
    const informer = createInformer(inner, kind, filter);
    informer.subscribe({ apply: (object) => apply(object), delete: () => apply(undefined) });
    await Promise.race([informer.synced, aborted(signal)]);
    const key = filter.namespace === undefined ? { name } : { namespace: filter.namespace, name };
    if (!signal.aborted && informer.get(key) === undefined) apply(undefined);
    await aborted(signal);
  });
}

/** Runs work in a scope that ends with the signal. */
async function within(
  context: ComponentContext,
  signal: AbortSignal,
  work: (inner: ComponentContext) => Promise<void>,
): Promise<void> {
  const scope = Scope.logging(context.log);
  try {
    await work({ ...context, scope });
  } finally {
    await scope.close();
  }
  signal.throwIfAborted();
}

function aborted(signal: AbortSignal): Promise<void> {
  return whenAborted(signal).catch(() => {});
}

async function createToken(
  { client }: ComponentContext,
  spec: Parameters<KubeletApi["createToken"]>[0],
  signal: AbortSignal,
): Promise<IssuedToken> {
  const { namespace, serviceAccount, audiences, expirationSeconds, pod } = spec;
  const body = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      audiences,
      expirationSeconds,
      boundObjectRef: { apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid },
    },
  };
  const answer = await client.createSubresource<{ status: { token: string; expirationTimestamp: string } }>(
    ServiceAccount,
    { namespace, name: serviceAccount },
    "token",
    body,
    { signal },
  );
  return { token: answer.status.token, expiresAtMs: parseTime(answer.status.expirationTimestamp) };
}

async function reviewToken(
  { client }: ComponentContext,
  token: string,
  signal: AbortSignal,
): Promise<Caller | undefined> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
  const { status } = await client.create(TokenReview, body as never, { signal });
  if (!status.authenticated || !status.user?.username) return undefined;
  const { username, uid, groups } = status.user;
  return { name: username, groups: groups ?? [], ...(uid ? { uid } : {}) };
}
