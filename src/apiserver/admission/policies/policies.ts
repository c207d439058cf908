import { type KindDefinition, type LabelSelector, labelSelectorMatches, Namespace } from "../../../api/index.ts";
import { fromJson, type Value } from "../../../cel/index.ts";
import type { AdmissionRequest, Authorizer } from "../../contracts.ts";
import { RequestValues } from "./evaluate.ts";
import { matchedVersion, type MatchResources } from "./match.ts";
import { requestVersions, type VersionsOf } from "../versions.ts";

interface Named {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

export interface Policy extends Named {
  readonly spec: {
    readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
    readonly matchConstraints?: MatchResources;
    readonly failurePolicy?: string;
    readonly reinvocationPolicy?: string;
    readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
    readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
    readonly validations?: readonly {
      readonly expression: string;
      readonly message?: string;
      readonly reason?: string;
    }[];
  };
}

export interface Binding extends Named {
  readonly spec: {
    readonly policyName?: string;
    readonly paramRef?: {
      readonly name?: string;
      readonly namespace?: string;
      readonly selector?: LabelSelector;
      readonly parameterNotFoundAction?: string;
    };
    readonly matchResources?: MatchResources;
    readonly validationActions?: readonly string[];
  };
}

/** The kinds of which policies and their bindings are. */
export interface PolicyKinds {
  readonly policy: KindDefinition;
  readonly binding: KindDefinition;
}

export interface PolicyOptions {
  readonly authorizers: readonly Authorizer[];
  /** The kind that parameters are of, if it is served. */
  readonly kindNamed: (apiVersion: string, kind: string) => KindDefinition | undefined;
  readonly versionsOf: VersionsOf;
}

/** A policy that a binding puts to work on a request. */
export interface Applied {
  readonly policy: Policy;
  readonly binding: Binding | undefined;
  /** The version in which its expressions know the request's kind. */
  readonly version: KindDefinition;
  /** One evaluation for each. */
  readonly params: readonly Value[];
  /** Why it can't be evaluated. */
  readonly problem?: string;
}

const byName = (a: Named, b: Named) => (a.metadata.name < b.metadata.name ? -1 : 1);

/** Which policies look at a request, in the order of their names. */
export async function appliedPolicies(
  request: AdmissionRequest,
  { policy: policyKind, binding: bindingKind }: PolicyKinds,
  options: PolicyOptions,
): Promise<readonly Applied[]> {
  const { reads, kind } = request;
  // Policies that judged themselves could never be taken back.
  if (kind.group === "admissionregistration.k8s.io") return [];
  await Promise.all([reads.filled(policyKind), reads.filled(bindingKind)]);
  const bindings = reads.cached(bindingKind) as readonly Binding[];
  if (bindings.length === 0) return [];
  const labels = labelsOf(await namespaceOf(request), request);
  const matching = { request, labels, versions: requestVersions(request, options.versionsOf) };
  const policies = [...(reads.cached(policyKind) as readonly Policy[])].sort(byName);
  const found: Applied[] = [];
  for (const policy of policies) {
    const version = matchedVersion(policy.spec.matchConstraints, matching);
    if (!version) continue;
    const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name).sort(byName);
    const kind = paramKindOf(policy, options);
    if (kind === "unknown") {
      if (own.length > 0) found.push({ policy, binding: undefined, version, params: [], problem: unknownKind(policy) });
      continue;
    }
    for (const binding of own) {
      if (!matchedVersion(binding.spec.matchResources, matching)) continue;
      const params = kind && binding.spec.paramRef ? await paramsOf(request, kind, binding.spec.paramRef) : [null];
      if (typeof params === "string")
        found.push({ policy, binding, version, params: [], problem: `failed to configure binding: ${params}` });
      else if (params.length > 0) found.push({ policy, binding, version, params });
    }
  }
  return found;
}

type Labels = Readonly<Record<string, string>>;

function labelsOf(namespace: unknown, { kind, object, oldObject }: AdmissionRequest): Labels | undefined {
  const isNamespace = kind.group === "" && kind.plural === "namespaces";
  const holder = (isNamespace ? (object ?? oldObject) : namespace) as Partial<Named> | undefined;
  return holder ? (holder.metadata?.labels ?? {}) : undefined;
}

async function namespaceOf({ namespace, reads, kind }: AdmissionRequest): Promise<unknown> {
  if (namespace === "" || kind.plural === "namespaces") return undefined;
  return reads.get(Namespace as unknown as KindDefinition, { name: namespace });
}

/** What expressions about a request can look at. */
export async function valuesFor(
  request: AdmissionRequest,
  { authorizers, versionsOf }: PolicyOptions,
): Promise<RequestValues> {
  const [made = request.kind] = requestVersions(request, versionsOf);
  return new RequestValues(request, { made, namespace: visible(await namespaceOf(request)), authorizers });
}

/** A namespace has only these fields in expressions. */
function visible(namespace: unknown): unknown {
  if (!namespace) return undefined;
  const { metadata, spec, status } = namespace as Record<string, Record<string, unknown>>;
  const { managedFields: _fields, ownerReferences: _owners, uid, ...rest } = metadata ?? {};
  return {
    metadata: { ...rest, ...(uid !== undefined && { UID: uid }) },
    ...(spec && { spec }),
    ...(status && { status }),
  };
}

/** The kind of a policy's parameters; undefined when it has none. */
function paramKindOf({ spec: { paramKind } }: Policy, { kindNamed }: PolicyOptions) {
  if (!paramKind) return undefined;
  return kindNamed(paramKind.apiVersion ?? "", paramKind.kind ?? "") ?? "unknown";
}

function unknownKind({ spec: { paramKind } }: Policy): string {
  const { apiVersion = "", kind = "" } = paramKind ?? {};
  const groupVersion = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
  return `failed to configure policy: failed to find resource referenced by paramKind: '${groupVersion}, Kind=${kind}'`;
}

/** The parameters that a binding refers to; a text when there is something wrong with that. */
async function paramsOf(
  request: AdmissionRequest,
  kind: KindDefinition,
  ref: NonNullable<Binding["spec"]["paramRef"]>,
): Promise<readonly Value[] | string> {
  const isNamespaced = kind.scope === "Namespaced";
  const namespace = ref.namespace || request.namespace;
  if (isNamespaced && namespace === "")
    return "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources";
  if (!isNamespaced && ref.namespace) return "paramRef.namespace must not be provided for a cluster-scoped `paramKind`";
  const found = await foundParams(request, { kind, ref, place: isNamespaced ? { namespace } : {} });
  if (found.length === 0 && ref.parameterNotFoundAction === "Deny")
    return "no params found for policy binding with `Deny` parameterNotFoundAction";
  return found;
}

interface Wanted {
  readonly kind: KindDefinition;
  readonly ref: NonNullable<Binding["spec"]["paramRef"]>;
  readonly place: { readonly namespace?: string };
}

async function foundParams(
  { reads }: AdmissionRequest,
  { kind, ref: { name, selector }, place }: Wanted,
): Promise<readonly Value[]> {
  if (name) {
    const found = await reads.get(kind, { ...place, name });
    return found === undefined ? [] : [fromJson(found)];
  }
  const all = (await reads.list(kind, place.namespace)) as readonly Named[];
  return all
    .filter(({ metadata }) => !selector || labelSelectorMatches(selector, metadata.labels ?? {}))
    .sort(byName)
    .map(fromJson);
}
