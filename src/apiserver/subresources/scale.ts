import {
  badRequest,
  internal,
  invalid,
  type KindDefinition,
  type KubeObject,
  parseJsonPath,
  Scale,
  statusError,
  type Subresource,
} from "../../api/index.ts";
import { isObject, setOwn } from "../../schema/index.ts";
import { formatLabelSelector } from "../../api/index.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import { decodeObject, type Json, readObject, respondObject } from "../http/object.ts";
import { mediaType } from "../http/body.ts";
import { patched, patchType, readPatch } from "../patch.ts";
import type { ServerCore } from "../server.ts";
import { writeOptions } from "../write-options.ts";

const TYPE = { group: "autoscaling", version: "v1", kind: "Scale", struct: Scale };

/** <resource>/scale: how many are wanted and how many there are, whatever the kind. */
export function scaleOf(core: ServerCore, kind: KindDefinition): SubresourceHandler {
  return async (context) => {
    const { namespace, name, verb } = context.info;
    const registry = core.registry(kind);
    const paths = kind.subresources.find((one) => one.name === "scale")?.scale;
    const scaleFrom = (object: KubeObject) => (paths ? customScale(object, paths) : builtInScale(object));
    if (verb === "get") {
      const { object } = await registry.get(namespace, name);
      if (paths) checkReplicas(object, paths);
      return respondObject(context, 200, scaleFrom(object), TYPE);
    }
    const write = writeOptions(context);
    const change = await changeOf(context, verb, { paths, scaleFrom });
    const result = await registry.update(context, { change, write, subresource: "scale", whole: verb === "update" });
    return respondObject(context, 200, scaleFrom(result.object.object), TYPE);
  };
}

type Change = (current: KubeObject | undefined) => Json;

type Paths = NonNullable<Subresource["scale"]>;

interface ScaleForm {
  readonly paths: Paths | undefined;
  readonly scaleFrom: (object: KubeObject) => Json;
}

async function changeOf(context: RequestContext, verb: string, { paths, scaleFrom }: ScaleForm): Promise<Change> {
  if (verb === "update") {
    const scale = await readObject(context, TYPE);
    return (current) => withScale(context, current!, { scale, paths });
  }
  const type = patchType(mediaType(context.request));
  if (type === "apply" && paths) throw noScaleApply();
  if (type === "apply") throw badRequest("server-side apply of the scale subresource is not implemented yet");
  const { value: patch } = await readPatch(context, type);
  return (current) => {
    const before = { kind: TYPE.kind, apiVersion: "autoscaling/v1", ...scaleFrom(current!) };
    const target = { struct: Scale } as KindDefinition;
    const scale = patched(target, type, before as unknown as KubeObject, patch);
    return withScale(context, current!, { scale: decodeObject(context, scale, { type: TYPE }), paths });
  };
}

/** The object with the replicas that a scale asks for. */
function withScale(
  { info }: RequestContext,
  current: KubeObject,
  { scale, paths }: { readonly scale: Json; readonly paths: Paths | undefined },
): Json {
  const metadata = (scale.metadata ?? {}) as Json;
  if (metadata.name !== info.name)
    throw badRequest(
      `the name of the object (${String(metadata.name ?? "")}) does not match the name on the URL (${info.name})`,
    );
  const replicas = Number((scale.spec as Json | undefined)?.replicas ?? 0);
  if (replicas < 0 && !paths) {
    const error = {
      path: "spec.replicas",
      type: "Invalid" as const,
      value: replicas,
      detail: "must be greater than or equal to 0",
    };
    throw invalid(TYPE, info.name, [error]);
  }
  const wanted = structuredClone(current) as unknown as { metadata: Json; spec: Json };
  setAt(wanted as unknown as Json, paths?.spec ?? ".spec.replicas", replicas);
  wanted.metadata.resourceVersion = metadata.resourceVersion;
  if (metadata.uid) wanted.metadata.uid = metadata.uid;
  return wanted as unknown as Json;
}

/** Kinds that users define say where their numbers are. */
function customScale(object: KubeObject, paths: Paths): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(at(object, paths.spec) ?? 0);
  const selector = paths.selector === "" ? "" : String(at(object, paths.selector) ?? "");
  return {
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {},
    status: { replicas: Number(at(object, paths.status) ?? 0), ...(selector && { selector }) },
  };
}

function checkReplicas(object: KubeObject, { spec }: Paths): void {
  if (at(object, spec) === undefined) throw internal(`the spec replicas field ${JSON.stringify(spec)} does not exist`);
}

function at(object: KubeObject, path: string): unknown {
  return parseJsonPath(path).find(object)[0];
}

/** Puts a value at a path of names, making the objects on its way. */
function setAt(object: Json, path: string, value: unknown): void {
  const names = path.split(".").slice(1);
  let holder = object;
  for (const name of names.slice(0, -1)) {
    if (!isObject(holder[name])) setOwn(holder, name, {});
    holder = holder[name] as Json;
  }
  setOwn(holder, names.at(-1)!, value);
}

function noScaleApply(): Error {
  const message =
    "failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1";
  return statusError({ code: 500, reason: "", message });
}

function builtInScale(object: KubeObject): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { spec, status } = object as unknown as { spec: Json; status?: Json };
  const selector = selectorText(spec);
  return {
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec.replicas ? { replicas: spec.replicas } : {},
    status: { replicas: status?.replicas ?? 0, ...(selector && { selector }) },
  };
}

/** A map of labels (ReplicationController) or a label selector. */
function selectorText({ selector }: Json): string {
  if (typeof selector !== "object" || selector === null) return "";
  const isSelector = "matchLabels" in selector || "matchExpressions" in selector;
  return formatLabelSelector((isSelector ? selector : { matchLabels: selector }) as never);
}
