import {
  badRequest,
  internal,
  invalid,
  Node,
  notFound,
  Pod,
  statusError,
  validateLogQuestion,
} from "../../api/index.ts";
import { NetError } from "../../net/index.ts";
import type { ApiRequest, ApiResponse, Handler } from "../../net/message.ts";
import type { Reads, RequestContext, SubresourceHandler } from "../contracts.ts";
import { isTrue, queryInteger } from "../http/request-info.ts";
import { dialProblem } from "./dial-problem.ts";
import type { Kubelets } from "./kubelets.ts";

/** Who the server is to kubelets. */
const IDENTITY = { name: "kube-apiserver-kubelet-client", groups: ["system:masters", "system:authenticated"] };
const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

/** Logs, commands, attachments and ports of pods: passed on to the node that runs them. */
export function podStreams(reads: Reads, kubelets: Kubelets): [string, SubresourceHandler][] {
  const on = (path: (call: PodCall) => string) => async (context: RequestContext) => {
    const pod = await findPod(reads, context);
    return forward({ context, pod, reads, kubelets, path });
  };
  return [
    ["pods/log", async (context) => readLogs({ context, pod: await findPod(reads, context), reads, kubelets })],
    ["pods/exec", on((call) => `/exec/${place(call)}/${containerOf(call)}?${commandQuery(call)}`)],
    ["pods/attach", on((call) => `/attach/${place(call)}/${containerOf(call)}?${commandQuery(call)}`)],
    ["pods/portforward", on((call) => `/portForward/${place(call)}?${portQuery(call)}`)],
  ];
}

interface PodCall {
  readonly context: RequestContext;
  readonly pod: Pod;
}

async function findPod(reads: Reads, { info }: RequestContext): Promise<Pod> {
  const pod = await reads.get(Pod, { namespace: info.namespace, name: info.name });
  if (!pod) throw notFound({ group: "", plural: "pods" }, info.name);
  return pod;
}

interface Forward extends PodCall {
  readonly reads: Reads;
  readonly kubelets: Kubelets;
  readonly path: (call: PodCall) => string;
}

async function forward({ context, pod, reads, kubelets, path }: Forward): Promise<ApiResponse> {
  const { request } = context;
  const [target, query = ""] = path({ context, pod }).split(/\?(.*)/s) as [string, string?];
  const { nodeName } = pod.spec;
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const kubelet = await reachKubelet(kubelets, nodeName, () => reads.get(Node, { name: nodeName }));
  const { method, headers, body, signal, peer, upgrade } = request;
  const asked = { method, path: target, query, headers, body, signal, peer, ...(upgrade && { upgrade }) };
  const response = await kubelet(asked).catch((error) => {
    throw undialled(error, request);
  });
  if (response.status < 400) return response;
  throw statusError({ code: response.status, reason: reasonOf(response.status), message: await textOf(response) });
}

/** A node's kubelet, to which the server speaks for itself; throws what the client is told when there is no way to it. */
export async function reachKubelet(
  kubelets: Kubelets,
  nodeName: string,
  read: () => Promise<Node | undefined>,
): Promise<Handler> {
  const node = once(read);
  const kubelet = await kubelets(nodeName, node);
  if (kubelet) {
    const peer = { address: "", identity: IDENTITY };
    return (request) => kubelet({ ...request, peer, headers: withoutCredentials(request.headers) });
  }
  const found = await node();
  // Told as it is: the original names the resource that is asked for.
  if (!found) throw notFound({ group: "", plural: "pods" }, nodeName);
  const known = (found.status.addresses ?? []).map(({ type, address }) => `{${type} ${address}}`).join(" ");
  const message = `no preferred addresses found; known addresses: [${known}]`;
  throw statusError({ code: 500, reason: "", message });
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= read());
}

/** A kubelet that doesn't answer, as the client is told of it. */
function undialled(error: unknown, { upgrade, method, path, signal }: ApiRequest): unknown {
  if (!(error instanceof NetError) || signal.aborted) return error;
  const cause = dialProblem(error);
  if (upgrade) return statusError({ code: 500, reason: "", message: `error dialing backend: ${cause}` });
  const what = `${method.charAt(0)}${method.slice(1).toLowerCase()} ${JSON.stringify(path)}`;
  return statusError({ code: 500, reason: "", message: `${what}: ${cause}` });
}

/** Logs; a pod that is on no node has none yet. */
async function readLogs(call: Omit<Forward, "path">): Promise<ApiResponse> {
  const { query } = call.context;
  const question = {
    tailLines: queryInteger(query, "tailLines"),
    limitBytes: queryInteger(query, "limitBytes"),
    sinceSeconds: queryInteger(query, "sinceSeconds"),
    sinceTime: query.get("sinceTime") ?? undefined,
    stream: query.get("stream") ?? undefined,
  };
  const errors = validateLogQuestion(question);
  if (errors.length > 0) throw invalid({ group: "", kind: "PodLogOptions" }, call.pod.metadata.name, errors);
  const target = `/containerLogs/${place(call)}/${containerOf(call)}?${logQuery(call)}`;
  if (!call.pod.spec.nodeName) return { status: 204, headers: {}, body: { type: "none" } };
  return forward({ ...call, path: () => target });
}

/** The server speaks for itself to kubelets: what proves who the client is stays here. */
export function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const secret = /^(authorization|cookie|host|impersonate-.*|x-remote-.*)$/;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.test(name)));
}

function reasonOf(code: number): string {
  return { 400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound" }[code] ?? "InternalError";
}

async function textOf({ body, status }: ApiResponse): Promise<string> {
  if (body.type === "bytes") return Buffer.from(body.bytes).toString("utf8").trim();
  if (body.type !== "stream") return internal(`the kubelet answered ${status}`).message;
  let text = "";
  for await (const chunk of body.chunks) text += Buffer.from(chunk).toString("utf8");
  return text.trim();
}

function place({ pod }: PodCall): string {
  return `${encodeURIComponent(pod.metadata.namespace)}/${encodeURIComponent(pod.metadata.name)}`;
}

/** The container asked for, or the one that needs no asking; 400 when that is not plain. */
function containerOf({ context, pod }: PodCall): string {
  const all = [
    ...(pod.spec.initContainers ?? []),
    ...(pod.spec.containers ?? []),
    ...(pod.spec.ephemeralContainers ?? []),
  ].map(({ name }) => name);
  const asked = context.query.get("container");
  if (asked) {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    return encodeURIComponent(asked);
  }
  const regular = (pod.spec.containers ?? []).map(({ name }) => name);
  const chosen = pod.metadata.annotations?.[DEFAULT_CONTAINER] ?? (regular.length === 1 ? regular[0] : undefined);
  if (chosen && regular.includes(chosen)) return encodeURIComponent(chosen);
  const init = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const suffix = init.length > 0 ? ` or one of the init containers: [${init.join(" ")}]` : "";
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${regular.join(" ")}]${suffix}`,
  );
}

const LOG_OPTIONS = [
  "follow",
  "previous",
  "sinceSeconds",
  "sinceTime",
  "tailLines",
  "timestamps",
  "limitBytes",
  "stream",
];

function logQuery({ context: { query } }: PodCall): string {
  const passed = new URLSearchParams();
  for (const name of LOG_OPTIONS) {
    const value = query.get(name);
    if (value !== null) passed.set(name, value);
  }
  return passed.toString();
}

function commandQuery({ context: { query } }: PodCall): string {
  const passed = new URLSearchParams();
  for (const command of query.getAll("command")) passed.append("command", command);
  for (const [ours, theirs] of [
    ["stdin", "input"],
    ["stdout", "output"],
    ["stderr", "error"],
    ["tty", "tty"],
  ] as const)
    if (isTrue(query.get(ours))) passed.set(theirs, "1");
  return passed.toString();
}

function portQuery({ context: { query } }: PodCall): string {
  const passed = new URLSearchParams();
  for (const port of query.getAll("ports")) passed.append("port", port);
  return passed.toString();
}
