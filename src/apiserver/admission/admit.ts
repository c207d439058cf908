import { groupVersion, type KindDefinition } from "../../api/index.ts";
import { managersProblem } from "../../schema/index.ts";
import type { AdmissionPlugin, AdmissionRequest, ObjectKind, Reads, RequestContext } from "../contracts.ts";

type Concerned = Pick<AdmissionRequest, "kind">;

function isConcerned({ resources }: AdmissionPlugin, { kind }: Concerned): boolean {
  return resources?.includes(`${kind.group}/${kind.plural}`) ?? true;
}

/** The plugins that look at a kind's requests. */
export function concernedPlugins(plugins: readonly AdmissionPlugin[], kind: KindDefinition): AdmissionPlugin[] {
  return plugins.filter((plugin) => isConcerned(plugin, { kind }));
}

/**
 * Shows a request to plugins that may change its object. When what users configure has changed it, all see it once more:
 * what comes by default must come to what was added, too.
 */
export async function admit(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  const before = managersOf(request);
  await admitAll(plugins, request);
  const after = managersOf(request);
  if (after !== before) keepManagers(request, { before, after });
}

type Managers = readonly Record<string, unknown>[] | undefined;

const managersOf = ({ object }: AdmissionRequest): Managers =>
  (object?.metadata as { managedFields?: Managers } | undefined)?.managedFields;

/** What has become of who manages what must be readable, or else all stays as it was. */
function keepManagers(
  { object, warnings }: AdmissionRequest,
  { before, after }: { readonly before: Managers; readonly after: Managers },
): void {
  const problem = managersProblem(after ?? []);
  if (problem === undefined) return;
  const metadata = object!.metadata as { managedFields?: Managers };
  if (before) metadata.managedFields = before;
  else delete metadata.managedFields;
  warnings.push(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${problem}`,
  );
}

async function admitAll(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  let isChanged = false;
  for (const plugin of plugins)
    if (plugin.admit && !plugin.isIdle?.(request.reads) && (await plugin.admit(request))) isChanged = true;
  if (!isChanged) return;
  for (const plugin of plugins)
    if (plugin.admitAgain) await plugin.admitAgain(request);
    else await plugin.admit?.(request);
}

/** Shows a request to plugins that may refuse it as it is now. */
export async function validateAdmission(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) if (plugin.validate && !plugin.isIdle?.(request.reads)) await plugin.validate(request);
}

/** What looks at objects that are only answered. */
export interface ReviewAdmission {
  readonly admission: readonly AdmissionPlugin[];
  readonly reads: Reads;
}

/** An object that is answered and not stored, on its way through admission. */
export interface AdmittedReview {
  /** As plugins have made it. */
  readonly object: Record<string, unknown>;
  /** To be called once the object is found to make sense. */
  readonly validate: () => Promise<void>;
}

interface ShownReview {
  readonly kind: KindDefinition;
  readonly object: Record<string, unknown>;
  /** Of what is sent to a subresource of the kind. */
  readonly objectKind?: ObjectKind;
}

/** Shows an object that isn't stored to those who may change it. */
export async function admitReview(
  { info, user, query, warnings, audited }: RequestContext,
  { kind, object, objectKind }: ShownReview,
  { admission, reads }: ReviewAdmission,
): Promise<AdmittedReview> {
  const plugins = concernedPlugins(admission, kind);
  const request: AdmissionRequest = {
    operation: "CREATE",
    kind,
    objectKind,
    apiVersion: groupVersion(kind),
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name || String((object.metadata as { name?: string } | undefined)?.name ?? ""),
    object,
    oldObject: undefined,
    user,
    dryRun: query.getAll("dryRun").includes("All"),
    query,
    warnings,
    audited,
    reads,
  };
  await admit(plugins, request);
  return { object, validate: () => validateAdmission(plugins, request) };
}
