import { messageOf } from "../../base/index.ts";
import type { Pod } from "../../api/index.ts";
import type { ApiRequest, ApiResponse, Handler, UpgradedConnection, UpgradeOffer } from "../../net/index.ts";

import type { Kubelet } from "../kubelet.ts";
import { accessOf, Gatekeeper } from "./auth.ts";
import { containerLogs } from "./container-logs.ts";
import { metrics, summary } from "./figures.ts";
import {
  PORT_CHANNEL_PROTOCOLS,
  PORT_FORWARD_PROTOCOL,
  portsOf,
  servePortChannels,
  servePortForward,
} from "./port-forward.ts";
import { COMMAND_PROTOCOLS, commandProtocol, serveCommand } from "./remote-command.ts";
import { containerId, HttpProblem, sandboxId, text } from "./places.ts";

type Route = (call: Call) => Promise<ApiResponse>;

interface Call {
  readonly kubelet: Kubelet;
  readonly request: ApiRequest;
  /** Parts of the path after the first. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

/**
 * What a node answers: logs, commands, ports, figures. The same over TLS and in process; everyone is asked for the right
 * to what they want, in process too.
 */
export function kubeletHandler(kubelet: Kubelet): Handler {
  const { api, clock, log } = kubelet.context;
  const gatekeeper = new Gatekeeper({ api, clock, nodeName: kubelet.nodeName });
  return async (request) => {
    try {
      const refusal = await refuse(gatekeeper, request, kubelet.nodeName);
      return refusal ?? (await dispatch(kubelet, request));
    } catch (error) {
      if (error instanceof HttpProblem) return text(error.status, error.message);
      log.warn("Kubelet request failed", { path: request.path, error });
      return text(500, messageOf(error));
    }
  };
}

async function refuse(gatekeeper: Gatekeeper, request: ApiRequest, nodeName: string): Promise<ApiResponse | undefined> {
  const caller = await gatekeeper.authenticate(request);
  if (!caller) return text(401, "Unauthorized");
  const { verb, subresources } = accessOf(request.method, request.path);
  if (await gatekeeper.mayDo(caller, verb, subresources, request.signal)) return undefined;
  const what = `verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(" ")}]`;
  return text(403, `Forbidden (user=${caller.name}, ${what}, node=${nodeName})`);
}

const ROUTES: Readonly<Record<string, Route>> = {
  healthz: async () => text(200, "ok"),
  pods: async ({ kubelet }) => json({ kind: "PodList", apiVersion: "v1", metadata: {}, items: kubelet.pods() }),
  containerLogs: ({ kubelet, parts, query, request }) =>
    containerLogs({ kubelet, parts, query, signal: request.signal }),
  exec: (call) => command(call, "exec"),
  attach: (call) => command(call, "attach"),
  run: (call) => runOnce(call),
  portForward: (call) => portForward(call),
  stats: async ({ kubelet, parts, request }) => {
    if (parts[0] !== "summary") throw new HttpProblem(404, "404 page not found");
    return json(await summary(kubelet, request.signal));
  },
  metrics: async ({ kubelet, parts, request }) => {
    if (parts.length > 0 && parts[0] !== "resource") throw new HttpProblem(404, "404 page not found");
    return text(200, await metrics(kubelet, request.signal));
  },
};

async function dispatch(kubelet: Kubelet, request: ApiRequest): Promise<ApiResponse> {
  const [first = "", ...parts] = request.path.split("/").slice(1).map(decodeURIComponent);
  const route = Object.hasOwn(ROUTES, first) ? ROUTES[first] : undefined;
  if (!route) throw new HttpProblem(404, "404 page not found");
  return route({
    kubelet,
    request,
    parts: parts.filter((each) => each !== ""),
    query: new URLSearchParams(request.query),
  });
}

function json(value: unknown): ApiResponse {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { status: 200, headers: { "content-type": "application/json" }, body: { type: "bytes", bytes } };
}

/** The pod and container of a path: namespace/pod/container, or with the pod's uid in between. */
function placeOf({ kubelet, parts }: Call): { readonly pod: Pod; readonly container: string } {
  const [namespace = "", name = "", ...rest] = parts;
  const pod = kubelet.podByName(namespace, name);
  const uid = rest.length > 1 ? rest[0] : undefined;
  if (!pod || (uid !== undefined && uid !== pod.metadata.uid)) throw new HttpProblem(404, `pod does not exist`);
  return { pod, container: rest.at(-1) ?? "" };
}

/** Both the kubelet's own parameter names and those of the API server's exec options. */
function flag(query: URLSearchParams, ...names: readonly string[]): boolean {
  return names.some((name) => ["1", "true"].includes(query.get(name) ?? ""));
}

async function command(call: Call, kind: "exec" | "attach"): Promise<ApiResponse> {
  const { kubelet, query, request } = call;
  const { pod, container } = placeOf(call);
  const id = await containerId(kubelet, pod, container, request.signal);
  const tty = flag(query, "tty");
  const pipes = {
    stdin: flag(query, "input", "stdin"),
    stdout: flag(query, "output", "stdout"),
    stderr: flag(query, "error", "stderr") && !tty,
    tty,
  };
  if (!pipes.stdin && !pipes.stdout && !pipes.stderr)
    throw new HttpProblem(400, "you must specify at least 1 of stdin, stdout, stderr");
  const { upgrade } = request;
  if (!upgrade) throw new HttpProblem(400, "Upgrade request required");
  const subprotocol = upgrade.subprotocols.length === 0 ? "channel.k8s.io" : commandProtocol(upgrade);
  if (subprotocol === undefined)
    throw new HttpProblem(
      403,
      `unable to upgrade: unable to negotiate protocol: client supports ${JSON.stringify(upgrade.subprotocols)}, server supports ${JSON.stringify(COMMAND_PROTOCOLS)}`,
    );
  const target = { containerId: id, ...pipes };
  const { runtime, clock } = kubelet.context;
  const start = (signal: AbortSignal) =>
    kind === "exec"
      ? runtime.exec({ ...target, command: query.getAll("command") }, signal)
      : runtime.attach(target, signal);
  return {
    status: 101,
    headers: {},
    body: { type: "upgrade", subprotocol, serve: (connection) => serveCommand(connection, pipes, start, clock) },
  };
}

async function runOnce(call: Call): Promise<ApiResponse> {
  const { kubelet, query, request } = call;
  const { pod, container } = placeOf(call);
  const id = await containerId(kubelet, pod, container, request.signal);
  const words = query.getAll("cmd").flatMap((each) => each.split(" "));
  const result = await kubelet.context.runtime.execSync(id, words, 0, request.signal);
  return text(200, new TextDecoder().decode(result.stdout) + new TextDecoder().decode(result.stderr));
}

async function portForward(call: Call): Promise<ApiResponse> {
  const { kubelet, request } = call;
  const [namespace = "", name = ""] = call.parts;
  const pod = kubelet.podByName(namespace, name);
  if (!pod) throw new HttpProblem(404, "pod does not exist");
  const { upgrade } = request;
  if (!upgrade) throw new HttpProblem(400, "Upgrade request required");
  const { runtime, scope } = kubelet.context;
  const channels = portChannelProtocol(upgrade);
  if (channels !== undefined) {
    const ports = portsOf(call.query);
    if (typeof ports === "string") throw new HttpProblem(400, ports);
    const sandbox = await sandboxId(kubelet, pod, request.signal);
    const dial = (port: number) => runtime.portForward(sandbox, port, scope.signal);
    const serve = (connection: UpgradedConnection) => servePortChannels(connection, ports, dial);
    return { status: 101, headers: {}, body: { type: "upgrade", subprotocol: channels, serve } };
  }
  const wanted = upgrade.subprotocols.find((each) => each.endsWith(PORT_FORWARD_PROTOCOL));
  if (wanted === undefined)
    throw new HttpProblem(
      403,
      `unable to upgrade: unable to negotiate protocol: client supports ${JSON.stringify(upgrade.subprotocols)}, server accepts ["${PORT_FORWARD_PROTOCOL}"]`,
    );
  const sandbox = await sandboxId(kubelet, pod, request.signal);
  const dial = (port: number) => runtime.portForward(sandbox, port, scope.signal);
  return {
    status: 101,
    headers: {},
    body: { type: "upgrade", subprotocol: wanted, serve: (connection) => servePortForward(connection, dial) },
  };
}

/** The protocol of channels that a WebSocket's client offers; undefined when it wants streams. */
function portChannelProtocol({ protocol, subprotocols }: UpgradeOffer): string | undefined {
  if (protocol !== "websocket") return undefined;
  return PORT_CHANNEL_PROTOCOLS.find((name) => subprotocols.includes(name));
}
