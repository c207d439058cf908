import {
  DNS_SUBDOMAIN_RULE,
  type FieldError,
  type KindDefinition,
  type KubeObject,
  labelKeyProblem,
  labelValueProblem,
} from "../../api/index.ts";
import { jsonEqual } from "../../schema/index.ts";

const ANNOTATIONS_BYTES_MAX = 256 * 1024;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const RULES: Readonly<Record<string, { readonly pattern: RegExp; readonly max: number; readonly text: string }>> = {
  dnsSubdomain: { pattern: SUBDOMAIN, max: 253, text: DNS_SUBDOMAIN_RULE },
  dnsLabel: {
    pattern: LABEL,
    max: 63,
    text: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  },
  dnsLabel1035: {
    pattern: LABEL_1035,
    max: 63,
    text: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  },
};

/** Problems with a name under a rule. */
export function nameProblems(name: string, rule: string, options: { readonly prefix?: boolean } = {}): string[] {
  if (rule === "pathSegment") return pathSegmentProblems(name, options.prefix === true);
  const { pattern, max, text } = RULES[rule]!;
  const checked = options.prefix && name.endsWith("-") ? `${name.slice(0, -1)}a` : name;
  const problems: string[] = [];
  if (checked.length > max) problems.push(`must be no more than ${max} ${rule === "dnsSubdomain" ? "bytes" : "bytes"}`);
  if (!pattern.test(checked)) problems.push(text);
  return problems;
}

function pathSegmentProblems(name: string, prefix: boolean): string[] {
  const problems: string[] = [];
  if (!prefix && (name === "." || name === "..")) return [`may not be '${name}'`];
  for (const character of ["/", "%"]) if (name.includes(character)) problems.push(`may not contain '${character}'`);
  return problems;
}

/** Everything that is wrong with the metadata of a new object. */
export function validateMetadata(kind: KindDefinition, object: KubeObject): FieldError[] {
  const { name, generateName, namespace } = object.metadata;
  const rule = kind.behavior.nameRule ?? "dnsSubdomain";
  const errors: FieldError[] = [];
  if (generateName) {
    for (const detail of nameProblems(generateName, rule, { prefix: true }))
      errors.push({ path: "metadata.generateName", type: "Invalid", value: generateName, detail });
  }
  if (!name) errors.push({ path: "metadata.name", type: "Required", detail: "name or generateName is required" });
  else
    for (const detail of nameProblems(name, rule))
      errors.push({ path: "metadata.name", type: "Invalid", value: name, detail });
  if (kind.scope === "Namespaced") {
    if (!namespace) errors.push({ path: "metadata.namespace", type: "Required", detail: "" });
    else
      for (const detail of nameProblems(namespace, "dnsLabel"))
        errors.push({ path: "metadata.namespace", type: "Invalid", value: namespace, detail });
  } else if (namespace)
    errors.push({ path: "metadata.namespace", type: "Forbidden", detail: "not allowed on this type" });
  return [...errors, ...validateCommon(object)];
}

function validateCommon(object: KubeObject): FieldError[] {
  const { labels = {}, annotations = {}, ownerReferences = [], finalizers = [] } = object.metadata;
  return [
    ...validateLabels(labels),
    ...validateAnnotations(annotations),
    ...validateOwners(ownerReferences),
    ...validateFinalizers(finalizers),
  ];
}

function validateLabels(labels: Readonly<Record<string, string>>): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const errors: FieldError[] = [];
    const keyProblem = labelKeyProblem(key);
    if (keyProblem) errors.push({ path: "metadata.labels", type: "Invalid", value: key, detail: keyProblem });
    const valueProblem = labelValueProblem(value);
    if (valueProblem) errors.push({ path: "metadata.labels", type: "Invalid", value, detail: valueProblem });
    return errors;
  });
}

function validateAnnotations(annotations: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    const problem = labelKeyProblem(key.toLowerCase());
    if (problem) errors.push({ path: "metadata.annotations", type: "Invalid", value: key, detail: problem });
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > ANNOTATIONS_BYTES_MAX)
    errors.push({
      path: "metadata.annotations",
      type: "TooLong",
      detail: `may not be more than ${ANNOTATIONS_BYTES_MAX} bytes`,
    });
  return errors;
}

function validateOwners(owners: NonNullable<KubeObject["metadata"]["ownerReferences"]>): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  owners.forEach((owner, index) => {
    const path = `metadata.ownerReferences[${index}]`;
    const required = (field: "apiVersion" | "kind" | "name" | "uid", detail: string) => {
      if (!owner[field]) errors.push({ path: `${path}.${field}`, type: "Invalid", value: "", detail });
    };
    required("apiVersion", "version must not be empty");
    required("kind", "must not be empty");
    required("name", "must not be empty");
    required("uid", "must not be empty");
    if (!owner.controller) return;
    if (controller !== undefined) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.kind}/${owner.name}`;
      errors.push({ path: "metadata.ownerReferences", type: "Invalid", value: owners, detail });
    } else controller = `${owner.kind}/${owner.name}`;
  });
  return errors;
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  return finalizers.flatMap((finalizer, index) => {
    const problem = labelKeyProblem(finalizer);
    if (problem) return [{ path: "metadata.finalizers", type: "Invalid" as const, value: finalizer, detail: problem }];
    if (finalizer.includes("/") || ["orphan", "foregroundDeletion"].includes(finalizer)) return [];
    return [
      {
        path: `metadata.finalizers[${index}]`,
        type: "Invalid" as const,
        value: finalizer,
        detail: "name is neither a standard finalizer name nor is it fully qualified",
      },
    ];
  });
}

/** Everything that an update of metadata may not do. */
export function validateMetadataUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["name", "namespace"] as const) {
    if ((object.metadata[field] ?? "") !== (old.metadata[field] ?? "")) {
      errors.push({
        path: `metadata.${field}`,
        type: "Invalid",
        value: object.metadata[field],
        detail: "field is immutable",
      });
    }
  }
  if (old.metadata.deletionTimestamp) {
    const added = (object.metadata.finalizers ?? []).filter((one) => !old.metadata.finalizers?.includes(one));
    if (added.length > 0) {
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(", ")}}`;
      errors.push({ path: "metadata.finalizers", type: "Forbidden", detail });
    }
  }
  const common = validateCommon(object);
  // What was wrong before may stay as long as it isn't touched.
  return [...errors, ...common.filter(() => !jsonEqual(strip(object), strip(old)))];
}

function strip(object: KubeObject): unknown {
  const { labels, annotations, ownerReferences, finalizers } = object.metadata;
  return [labels ?? {}, annotations ?? {}, ownerReferences ?? [], finalizers ?? []];
}
