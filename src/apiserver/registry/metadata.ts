import {
  asPrefix,
  canonicalIpProblems,
  dnsLabelProblems,
  dnsLabel1035Problems,
  dnsSubdomainProblems,
  type FieldError,
  forbiddenField,
  invalidValue,
  type KindBehavior,
  type KindDefinition,
  type KubeObject,
  type MetadataProblems,
  pathSegmentProblems,
  problemsAt,
  qualifiedNameProblems,
  required,
  validateAnnotations,
  validateLabels,
  repeats,
} from "../../api/index.ts";
import { validateManagers } from "./managers.ts";

const STANDARD_FINALIZERS = ["kubernetes", "orphan", "foregroundDeletion"];

type NameRule = NonNullable<KindBehavior<unknown>["nameRule"]>;
type Owner = NonNullable<KubeObject["metadata"]["ownerReferences"]>[number];

const NAME_RULES: Readonly<Record<NameRule, (name: string) => string[]>> = {
  dnsSubdomain: (name) => dnsSubdomainProblems(name),
  longName: (name) => dnsSubdomainProblems(name, "bytes"),
  dnsLabel: dnsLabelProblems,
  dnsLabel1035: dnsLabel1035Problems,
  pathSegment: pathSegmentProblems,
  ipAddress: canonicalIpProblems,
  own: () => [],
};

/** Problems with the beginning of a name. */
function prefixProblems(prefix: string, rule: NameRule): string[] {
  // What is declared is declared of names alone.
  if (rule === "longName") return prefixProblems(prefix, "dnsSubdomain");
  return NAME_RULES[rule](rule === "pathSegment" ? prefix : asPrefix(prefix));
}

/** What kinds differ in. */
export type MetadataRules = Pick<
  KindBehavior<unknown>,
  "nameRule" | "looseFinalizers" | "loosePrefix" | "nameProblems" | "metadataLate"
>;

/** Everything that is wrong with the metadata of a new object; `late`: what is not looked at yet. */
export function validateMetadata(
  { scope }: Pick<KindDefinition, "scope">,
  { rules, late }: { readonly rules: MetadataRules; readonly late?: "name" | undefined },
  object: KubeObject,
): FieldError[] {
  const { name, generateName, namespace, generation = 0, finalizers = [] } = object.metadata;
  const rule = rules.nameRule ?? "dnsSubdomain";
  const errors: FieldError[] = [];
  const more = (text: string) => rules.nameProblems?.(object as never, text) ?? [];
  if (generateName && !late) {
    const problems = rules.loosePrefix ? pathSegmentProblems(`${generateName}a`) : prefixProblems(generateName, rule);
    errors.push(...problemsAt("metadata.generateName", generateName, [...problems, ...more(generateName)]));
  }
  if (!name) errors.push(required("metadata.name", "name or generateName is required"));
  else if (!late) errors.push(...problemsAt("metadata.name", name, [...NAME_RULES[rule](name), ...more(name)]));
  if (scope === "Cluster") {
    if (namespace) errors.push(forbiddenField("metadata.namespace", "not allowed on this type"));
  } else if (!namespace) errors.push(required("metadata.namespace"));
  else errors.push(...problemsAt("metadata.namespace", namespace, dnsLabelProblems(namespace)));
  if (generation < 0)
    errors.push(invalidValue("metadata.generation", generation, "must be greater than or equal to 0"));
  errors.push(...validateShared(object));
  if (finalizers.length > 0) errors.push(...validateFinalizers(rules, finalizers));
  errors.push(...validateManagers(object.metadata));
  return errors;
}

/** Problems of what may change in an object's life. */
function validateShared({ metadata: { labels, annotations, ownerReferences = [] } }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  // What isn't there is not looked at: each change asks several times, and most objects have little of it.
  if (labels) errors.push(...validateLabels("metadata.labels", labels));
  if (annotations) errors.push(...validateAnnotations("metadata.annotations", annotations));
  if (ownerReferences.length > 0) errors.push(...validateOwners(ownerReferences));
  return errors;
}

function validateOwners(owners: readonly Owner[]): FieldError[] {
  const errors = owners.flatMap(validateOwner);
  const controllers = owners.filter((owner) => owner.controller);
  for (const other of controllers.slice(1)) {
    const [first] = controllers;
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first!.kind}/${first!.name} and ${other.kind}/${other.name}`;
    errors.push(invalidValue("metadata.ownerReferences", owners, detail));
  }
  return errors;
}

function validateOwner(owner: Owner): FieldError[] {
  const path = "metadata.ownerReferences";
  const errors: FieldError[] = [];
  const { apiVersion, kind, name, uid } = owner;
  const parts = apiVersion.split("/");
  // What is none says nothing.
  if (parts.length > 2 || parts.at(-1) === "")
    errors.push(invalidValue(`${path}.apiVersion`, apiVersion, "version must not be empty"));
  for (const [field, value] of Object.entries({ kind, name, uid }))
    if (value === "") errors.push(invalidValue(`${path}.${field}`, value, "must not be empty"));
  if (apiVersion === "v1" && kind === "Event")
    errors.push(invalidValue(path, owner, "/v1, Kind=Event is disallowed from being an owner"));
  return errors;
}

/** What is said of finalizers that anybody else could have chosen too, where they are not refused. */
export function finalizerWarnings({ looseFinalizers }: MetadataRules, object: KubeObject, old?: KubeObject): string[] {
  if (looseFinalizers !== "warned") return [];
  const before = old?.metadata.finalizers ?? [];
  return (object.metadata.finalizers ?? [])
    .filter((one) => !one.includes("/") && !STANDARD_FINALIZERS.includes(one) && !before.includes(one))
    .map(
      (one) =>
        `metadata.finalizers: ${JSON.stringify(one)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}

function validateFinalizers(rules: MetadataRules, finalizers: readonly string[]): FieldError[] {
  const path = "metadata.finalizers";
  const errors = finalizers.flatMap((finalizer) => problemsAt(path, finalizer, qualifiedNameProblems(finalizer)));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    const detail = "finalizer orphan and foregroundDeletion cannot be both set";
    errors.push(invalidValue(path, finalizers, detail));
  }
  return [...errors, ...validateDomains(rules, finalizers)];
}

/** Finalizers that anybody else could have chosen too. */
function validateDomains(
  { looseFinalizers, metadataLate }: MetadataRules,
  finalizers: readonly string[],
): FieldError[] {
  if (looseFinalizers || metadataLate === "all") return [];
  const detail = "name is neither a standard finalizer name nor is it fully qualified";
  return finalizers.flatMap((finalizer, index) =>
    finalizer.includes("/") || STANDARD_FINALIZERS.includes(finalizer)
      ? []
      : [invalidValue(`metadata.finalizers[${index}]`, finalizer, detail)],
  );
}

/** Keeps one of owners that are named twice, as they were sent or have become; what the client is warned of. */
export function joinOwners(metadata: { ownerReferences?: unknown }, found: "sent" | "admitted"): string[] {
  const owners = (metadata.ownerReferences ?? []) as Owner[];
  if (owners.length < 2) return [];
  const again = repeats(owners, (owner) => JSON.stringify(owner));
  const copies = owners.filter((_, index) => again.has(index));
  if (copies.length === 0) return [];
  metadata.ownerReferences = owners.filter((_, index) => !again.has(index));
  const uids = [...new Set(copies.map(({ uid }) => uid))].join(", ");
  const when = found === "admitted" ? " after mutating admission happens" : "";
  return [
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids}`,
  ];
}

/** What names and finalizers of any kind may be; kinds ask for more. */
const ANY_KIND: MetadataRules = { nameRule: "pathSegment", looseFinalizers: true };

export interface MetadataChange {
  readonly object: KubeObject;
  readonly old: KubeObject;
  readonly rules: MetadataRules;
}

/** What every kind is asked of changed metadata. */
export function validateChangedMetadata(
  kind: Pick<KindDefinition, "scope">,
  { object, old }: Omit<MetadataChange, "rules">,
): FieldError[] {
  return [...validateMetadata(kind, { rules: ANY_KIND }, object), ...validateChange(object, old)];
}

/** What a kind finds each time that it looks at changed metadata. */
export function metadataLooks(
  kind: Pick<KindDefinition, "scope">,
  { object, old, rules }: MetadataChange,
): MetadataProblems {
  return {
    get whole() {
      return validateMetadata(kind, { rules }, object);
    },
    get change() {
      return [...validateChange(object, old), ...validateDomains(rules, object.metadata.finalizers ?? [])];
    },
  };
}

/** What no change of metadata may do. */
function validateChange(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (old.metadata.deletionTimestamp) {
    const added = [...new Set(object.metadata.finalizers)]
      .filter((one) => !old.metadata.finalizers?.includes(one))
      .sort();
    if (added.length > 0) {
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(", ")}}`;
      errors.push(forbiddenField("metadata.finalizers", detail));
    }
  }
  for (const field of FIXED) {
    const value = object.metadata[field];
    if ((value ?? "") !== (old.metadata[field] ?? ""))
      errors.push(invalidValue(`metadata.${field}`, value, "field is immutable"));
  }
  errors.push(...validateShared(object), ...validateManagers(object.metadata));
  return errors;
}

const FIXED = ["name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds"] as const;
