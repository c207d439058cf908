import { badRequest, invalid, type KindDefinition, type KubeObject, Scale } from "../../api/index.ts";
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
    if (verb === "get") {
      const { object } = await registry.get(namespace, name);
      return respondObject(context, 200, scaleFrom(object), TYPE);
    }
    const write = writeOptions(context);
    const change = await changeOf(context, verb);
    const result = await registry.update(context, { change, write, subresource: "scale", whole: verb === "update" });
    return respondObject(context, 200, scaleFrom(result.object.object), TYPE);
  };
}

type Change = (current: KubeObject | undefined) => Json;

async function changeOf(context: RequestContext, verb: string): Promise<Change> {
  if (verb === "update") {
    const scale = await readObject(context, TYPE);
    return (current) => withScale(context, current!, scale);
  }
  const type = patchType(mediaType(context.request));
  if (type === "apply") throw badRequest("server-side apply of the scale subresource is not implemented yet");
  const { value: patch } = await readPatch(context, type);
  return (current) => {
    const before = { kind: TYPE.kind, apiVersion: "autoscaling/v1", ...scaleFrom(current!) };
    const target = { struct: Scale } as KindDefinition;
    const scale = patched(target, type, before as unknown as KubeObject, patch);
    return withScale(context, current!, decodeObject(context, scale, { type: TYPE }));
  };
}

/** The object with the replicas that a scale asks for. */
function withScale({ info }: RequestContext, current: KubeObject, scale: Json): Json {
  const metadata = (scale.metadata ?? {}) as Json;
  if (metadata.name !== info.name)
    throw badRequest(
      `the name of the object (${String(metadata.name ?? "")}) does not match the name on the URL (${info.name})`,
    );
  const replicas = Number((scale.spec as Json | undefined)?.replicas ?? 0);
  if (replicas < 0) {
    const error = {
      path: "spec.replicas",
      type: "Invalid" as const,
      value: replicas,
      detail: "must be greater than or equal to 0",
    };
    throw invalid(TYPE, info.name, [error]);
  }
  const wanted = structuredClone(current) as unknown as { metadata: Json; spec: Json };
  wanted.spec.replicas = replicas;
  wanted.metadata.resourceVersion = metadata.resourceVersion;
  if (metadata.uid) wanted.metadata.uid = metadata.uid;
  return wanted as unknown as Json;
}

function scaleFrom(object: KubeObject): Json {
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
