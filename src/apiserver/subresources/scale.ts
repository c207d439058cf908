import {
  type FieldError,
  formatLabelSelector,
  groupVersion,
  internal,
  invalid,
  invalidValue,
  type KindDefinition,
  type KubeObject,
  parseJsonPath,
  Scale,
  statusError,
  type Subresource,
} from "../../api/index.ts";
import {
  decodeJson,
  distinctManagers,
  isObject,
  managedAfterUpdate,
  type ManagerEntry,
  setOwn,
} from "../../schema/index.ts";
import { type Clock, formatTime, jsonEqual } from "../../base/index.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import { DECODING, type Json, readObject, requireNamespace, respondObject } from "../http/object.ts";
import {
  applyConfiguration,
  applyTo,
  decodePatched,
  patched,
  patchOptions,
  type PatchType,
  patchType,
  readPatch,
  requireName,
} from "../verbs/patch.ts";
import type { ShownInstead, WriteOptions } from "../registry/generic.ts";
import { joinOwners, validateMetadata } from "../registry/metadata.ts";
import { isTrue } from "../http/request-info.ts";
import type { ServerCore } from "../core.ts";
import { writeOptions } from "../verbs/write-options.ts";
import { entriesAfterScale, scaleEntries } from "./scale-managers.ts";

const TYPE = { group: "autoscaling", version: "v1", kind: "Scale", struct: Scale };
const SCALE_VERSION = groupVersion(TYPE);
/** What patches of a Scale need to know of it; it is no resource of its own. */
const SCALE = { ...TYPE, scope: "Namespaced", subresources: [], rules: {} } as unknown as KindDefinition;
const REPLICAS = ".spec.replicas";

/** <resource>/scale: how many are wanted and how many there are, whatever the kind. */
export function scaleOf(core: ServerCore, kind: KindDefinition, clock: Clock): SubresourceHandler {
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
    const type = verb === "patch" ? patchType(context.request) : undefined;
    const write = type ? patchOptions(context, type) : writeOptions(context);
    const sent = new WeakMap<object, Json>();
    const form = { kind, paths, scaleFrom, write, sent, now: () => formatTime(clock.now()) };
    const change = await changeOf(context, type, form);
    // Who manages what is worked out here: it is the number of a Scale that is managed.
    const shown: ShownInstead = {
      kind: TYPE,
      of: (object) =>
        shownScale(sent.get(object.metadata as Json) ?? scaleWithManagers(object as unknown as KubeObject, form)),
      last: (object) => shownScale(scaleFrom(object as unknown as KubeObject)),
      back: (object, { spec }) =>
        setAt(object, paths?.spec ?? REPLICAS, Number((spec as Json | undefined)?.replicas ?? 0)),
    };
    const update = { write: { ...write, isApply: true }, subresource: "scale", whole: verb === "update" };
    const options = { change, shown, ...update };
    const result = await registry.update(context, options);
    return respondObject(context, 200, scaleFrom(result.object.object), TYPE);
  };
}

type Change = (current: KubeObject | undefined) => Json | Promise<Json>;

type Paths = NonNullable<Subresource["scale"]>;

interface ScaleForm {
  readonly kind: KindDefinition;
  readonly paths: Paths | undefined;
  readonly scaleFrom: (object: KubeObject) => Json;
  readonly write: WriteOptions;
  /** Scales as they were sent, by the metadata of the objects that they became. */
  readonly sent: WeakMap<object, Json>;
  readonly now: () => string;
}

async function changeOf(context: RequestContext, type: PatchType | undefined, form: ScaleForm): Promise<Change> {
  if (!type) {
    const scale = await readObject(context, TYPE);
    context.warnings.push(...joinOwners(place(context, scale), "sent"));
    return (current) => scaled(context, current!, { form, make: () => scale });
  }
  const patch = await readPatch(context, type);
  if (type === "apply") {
    const config = applyConfiguration(SCALE, patch.value);
    return (current) => applied(context, current!, { form, config });
  }
  const make = (before: Json) => {
    const made = patched({ kind: SCALE, type, patch, current: before as unknown as KubeObject });
    return decodePatched(context, made, { kind: SCALE, type, patch });
  };
  return (current) => scaled(context, current!, { form, make });
}

/** What admission sees, of objects as they were and will be. */
function shownScale({ metadata, ...scale }: Json): Json {
  const { managedFields, ...rest } = metadata as Json;
  const known = Object.entries(rest).filter(([, value]) => value !== undefined);
  const managers = Array.isArray(managedFields) && managedFields.length > 0 ? { managedFields } : {};
  return decodeJson(Scale, { ...scale, metadata: { ...Object.fromEntries(known), ...managers } }, DECODING).value;
}

/** The Scale of an object, with who manages its number. */
function scaleWithManagers(object: KubeObject, { paths, scaleFrom }: ScaleForm): Json {
  const { metadata, ...scale } = scaleFrom(object) as { metadata: Json };
  const managedFields = scaleEntries(entriesOf(object), pathOf(paths));
  const whole = { ...metadata, ...(managedFields.length > 0 && { managedFields }) };
  return { kind: TYPE.kind, apiVersion: SCALE_VERSION, metadata: whole, ...scale };
}

function entriesOf({ metadata }: Pick<KubeObject, "metadata">): readonly ManagerEntry[] {
  return distinctManagers((metadata.managedFields ?? []) as unknown as readonly ManagerEntry[]);
}

function pathOf(paths: Paths | undefined): readonly string[] {
  return (paths?.spec ?? REPLICAS)
    .split(".")
    .slice(1)
    .map((name) => `f:${name}`);
}

/** The object after a put or a patch of its Scale. */
function scaled(
  context: RequestContext,
  current: KubeObject,
  { form, make }: { readonly form: ScaleForm; readonly make: (before: Json) => Json },
): Json {
  const before = scaleWithManagers(current, form);
  const scale = make(before);
  const wanted = withScale(context, current, { scale, paths: form.paths });
  const { managedFields } = before.metadata as Json;
  const after = { ...scale, metadata: { ...(scale.metadata as Json), managedFields } };
  const write = { manager: form.write.fieldManager, apiVersion: SCALE_VERSION, subresource: "scale", now: form.now() };
  const managers = managedAfterUpdate({ struct: Scale, before, after, write, versions: () => ({ struct: Scale }) });
  const whole = withManagers(wanted, current, { form, managers });
  const shown = { ...scale, metadata: { ...(scale.metadata as Json), managedFields: managers } };
  form.sent.set(whole.metadata as Json, shown);
  return whole;
}

/** The object after an apply to its Scale. */
async function applied(
  context: RequestContext,
  current: KubeObject,
  { form, config }: { readonly form: ScaleForm; readonly config: Json },
): Promise<Json> {
  const before = scaleWithManagers(current, form);
  if (form.paths && !(before.metadata as Json).managedFields)
    throw notConverted("failed to create manager for existing fields: failed to convert live object", "/");
  const scale = await applyTo({
    kind: SCALE,
    current: before as unknown as KubeObject,
    config,
    write: form.write,
    subresource: "scale",
    now: form.now(),
    force: isTrue(context.query.get("force")),
  });
  if (form.paths && !jsonEqual(scale.spec, before.spec))
    throw notConverted("failed to convert new object", identityOf(config));
  const managers = entriesOf(scale as unknown as KubeObject);
  const whole = withManagers(withScale(context, current, { scale, paths: form.paths }), current, { form, managers });
  form.sent.set(whole.metadata as Json, scale);
  return whole;
}

function withManagers(
  wanted: Json,
  current: KubeObject,
  { form, managers }: { readonly form: ScaleForm; readonly managers: readonly ManagerEntry[] },
): Json {
  const path = pathOf(form.paths);
  const parent = { entries: entriesOf(current), path, apiVersion: groupVersion(form.kind) };
  const managedFields = entriesAfterScale(parent, managers);
  return { ...wanted, metadata: { ...(wanted.metadata as Json), managedFields } };
}

/** The object with the replicas that a scale asks for. */
function withScale(
  context: RequestContext,
  current: KubeObject,
  { scale, paths }: { readonly scale: Json; readonly paths: Paths | undefined },
): Json {
  const metadata = place(context, scale);
  const replicas = Number((scale.spec as Json | undefined)?.replicas ?? 0);
  const problems = paths ? [] : validateScale(scale, replicas);
  if (problems.length > 0) throw invalid(TYPE, context.info.name, problems);
  const wanted = structuredClone(current) as unknown as { metadata: Json; spec: Json };
  setAt(wanted as unknown as Json, paths?.spec ?? REPLICAS, replicas);
  wanted.metadata.resourceVersion = metadata.resourceVersion;
  if (metadata.uid) wanted.metadata.uid = metadata.uid;
  return wanted as unknown as Json;
}

/** The metadata of a Scale, which has to be of the object on the URL. */
function place(context: RequestContext, scale: Json): Json {
  if (!isObject(scale.metadata)) scale.metadata = {};
  const metadata = scale.metadata as Json;
  metadata.namespace ||= context.info.namespace;
  requireNamespace(metadata, context.info.namespace);
  requireName(context, metadata);
  return metadata;
}

function validateScale(scale: Json, replicas: number): FieldError[] {
  const errors = validateMetadata(SCALE, { rules: {} }, scale as unknown as KubeObject);
  if (replicas < 0) errors.push(invalidValue("spec.replicas", replicas, "must be greater than or equal to 0"));
  return errors;
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

/** The original doesn't know how to make a Scale of what users define: whatever is applied to it comes to nothing. */
function notConverted(what: string, name: string): Error {
  const why = `request to convert CR to an invalid group/version: ${SCALE_VERSION}`;
  const message = `${what} (${name}; ${SCALE_VERSION}, Kind=${TYPE.kind}) to proper version: ${why}`;
  return statusError({ code: 500, reason: "", message });
}

/** namespace/name of what was sent. */
function identityOf({ metadata }: Json): string {
  const { namespace = "", name = "" } = isObject(metadata) ? metadata : {};
  return `${String(namespace)}/${String(name)}`;
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
