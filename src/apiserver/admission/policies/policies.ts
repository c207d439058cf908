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
    for (const binding of own) {
      if (!matchedVersion(binding.spec.matchResources, matching)) continue;
      const applied = await apply(request, { policy, binding }, options);
      if (applied) found.push({ ...applied, version });
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

async function apply(
  request: AdmissionRequest,
  { policy, binding }: { readonly policy: Policy; readonly binding: Binding },
  { kindNamed }: PolicyOptions,
): Promise<Omit<Applied, "version"> | undefined> {
  const { paramKind } = policy.spec;
  const { paramRef } = binding.spec;
  if (!paramKind) return { policy, binding, params: [null] };
  if (!paramRef) return { policy, binding, params: [null] };
  const { apiVersion = "", kind: name = "" } = paramKind;
  const kind = kindNamed(apiVersion, name);
  if (!kind) {
    const problem = `failed to configure policy: failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`;
    return { policy, binding: undefined, params: [], problem };
  }
  const params = await paramsOf(request, kind, paramRef);
  if (params.length > 0) return { policy, binding, params };
  if (paramRef.parameterNotFoundAction !== "Deny") return undefined;
  const problem = "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction";
  return { policy, binding, params: [], problem };
}

async function paramsOf(
  { reads, namespace: asked }: AdmissionRequest,
  kind: KindDefinition,
  { name, namespace = asked, selector }: NonNullable<Binding["spec"]["paramRef"]>,
): Promise<readonly Value[]> {
  const place = kind.scope === "Namespaced" ? { namespace } : {};
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
