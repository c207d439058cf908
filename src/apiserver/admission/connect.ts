import {
  groupVersion,
  type KindDefinition,
  Node,
  NodeProxyOptions,
  Pod,
  PodAttachOptions,
  PodExecOptions,
  PodPortForwardOptions,
  PodProxyOptions,
  Service,
  ServiceProxyOptions,
} from "../../api/index.ts";
import type { Field, StructNode } from "../../schema/index.ts";
import type { AdmissionPlugin, AdmissionRequest, RequestContext, SubresourceHandler } from "../contracts.ts";
import { decodePart, isTrue, queryInteger } from "../http/request-info.ts";
import { admit, type ReviewAdmission, validateAdmission } from "./admit.ts";

type Json = Record<string, unknown>;

interface Connection {
  /** The resource that is connected to. */
  readonly kind: KindDefinition;
  /** What admission is shown: the query, as an object of this type. */
  readonly options: StructNode;
}

const kindOf = (kind: unknown) => kind as KindDefinition;

/** Subresources by whose paths a client is connected with something, and with what. */
const CONNECTIONS: ReadonlyMap<string, Connection> = new Map([
  ["pods/exec", { kind: kindOf(Pod), options: PodExecOptions }],
  ["pods/attach", { kind: kindOf(Pod), options: PodAttachOptions }],
  ["pods/portforward", { kind: kindOf(Pod), options: PodPortForwardOptions }],
  ["pods/proxy", { kind: kindOf(Pod), options: PodProxyOptions }],
  ["services/proxy", { kind: kindOf(Service), options: ServiceProxyOptions }],
  ["nodes/proxy", { kind: kindOf(Node), options: NodeProxyOptions }],
]);

/** Handlers of subresources, those among them that connect behind what admission says of it. */
export function admittedConnections(
  handlers: readonly (readonly [string, SubresourceHandler])[],
  parts: ReviewAdmission,
): [string, SubresourceHandler][] {
  return handlers.map(([name, handler]) => {
    const connection = CONNECTIONS.get(name);
    return [name, connection ? admitted(handler, connection, parts) : handler];
  });
}

function admitted(
  handler: SubresourceHandler,
  connection: Connection,
  { admission, reads }: ReviewAdmission,
): SubresourceHandler {
  const plugins = admission.filter(({ seesConnections }) => seesConnections);
  return async (context) => {
    await decide(plugins, { ...requestOf(context, connection), reads });
    return handler(context);
  };
}

async function decide(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  await admit(plugins, request);
  await validateAdmission(plugins, request);
}

function requestOf(context: RequestContext, { kind, options }: Connection): Omit<AdmissionRequest, "reads"> {
  const { info, user, query, warnings, audited } = context;
  return {
    operation: "CONNECT",
    kind,
    objectKind: { group: "", version: "v1", kind: options.name.split(".").at(-1)! },
    apiVersion: groupVersion(kind),
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    object: optionsOf(options, context),
    oldObject: undefined,
    user,
    dryRun: false,
    query,
    warnings,
    audited,
  };
}

/** The query as an object, as far as it has fields for it. What is asked of the other end is its path. */
function optionsOf(options: StructNode, context: RequestContext): Json {
  const given: Json = {};
  for (const [name, field] of options.fields) {
    if (field.number <= 0) continue;
    const value = name === "path" ? pathBehind(context) : valueOf(context.query, name, field);
    if (value !== undefined || field.options.always) given[name] = value ?? null;
  }
  return given;
}

/** What is not said, or says no more than nothing, isn't shown. */
function valueOf(query: URLSearchParams, name: string, { node }: Field): unknown {
  if (!query.has(name)) return undefined;
  if (node.kind === "list") return node.element.kind === "scalar" ? listOf(query, name, node.element.type) : undefined;
  if (node.kind !== "scalar") return undefined;
  return node.type === "boolean" ? isTrue(query.get(name)) || undefined : query.get(name) || undefined;
}

function listOf(query: URLSearchParams, name: string, type: string): unknown[] {
  const all = query.getAll(name);
  return type === "int32" ? all.map((text) => queryInteger(new URLSearchParams({ [name]: text }), name)) : all;
}

/** The part of a proxy's path that is meant for the other end; undefined when there is none. */
function pathBehind({ info, request }: Pick<RequestContext, "info" | "request">): string | undefined {
  // /api/v1/nodes/NAME/proxy or /api/v1/namespaces/NAMESPACE/pods/NAME/proxy.
  const rest = request.path.split("/").slice(info.namespace === "" ? 6 : 8);
  return rest.length === 0 ? undefined : `/${decodePart(rest.join("/"))}`;
}
