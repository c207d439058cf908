import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  duplicateValue,
  immutableField,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
  required,
  repeats,
} from "../../validation/index.ts";
import { validateParameters, validateProvisioner } from "./parameters.validate.ts";
import type { StorageClass } from "./storageclass.ts";

const RECLAIM_POLICIES = ["Delete", "Retain"];
const BINDING_MODES = ["Immediate", "WaitForFirstConsumer"];

export const storageClassBehavior: KindBehavior<StorageClass> = {
  metadataLooks: "placed",
  setDefaults(storageClass) {
    storageClass.reclaimPolicy ??= "Delete";
    storageClass.volumeBindingMode ??= "Immediate";
  },
  validate: validateStorageClass,
  validateUpdate: (storageClass, old, metadata) => [
    ...metadata.whole,
    ...validateStorageClass(storageClass),
    ...metadata.change,
    ...immutableField("parameters", storageClass.parameters, old.parameters),
    ...immutableField("provisioner", storageClass.provisioner, old.provisioner),
    ...immutableField("reclaimPolicy", storageClass.reclaimPolicy, old.reclaimPolicy),
    ...immutableField("volumeBindingMode", storageClass.volumeBindingMode, old.volumeBindingMode),
  ],
};

function validateStorageClass(storageClass: StorageClass): FieldError[] {
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode } = storageClass;
  return [
    ...validateProvisioner("provisioner", provisioner),
    ...validateParameters("parameters", parameters),
    ...(reclaimPolicy && !RECLAIM_POLICIES.includes(reclaimPolicy)
      ? [notSupported("reclaimPolicy", reclaimPolicy, RECLAIM_POLICIES)]
      : []),
    ...(BINDING_MODES.includes(volumeBindingMode ?? "")
      ? []
      : [notSupported("volumeBindingMode", volumeBindingMode, BINDING_MODES)]),
    ...validateTopologies("allowedTopologies", storageClass.allowedTopologies ?? []),
  ];
}

type Term = NonNullable<StorageClass["allowedTopologies"]>[number];

/** No two terms may say the same, and none nothing: the original counts an empty one as a copy, once per term. */
function validateTopologies(path: string, terms: readonly Term[]): FieldError[] {
  const meanings = terms.map(meaningOf);
  return terms.flatMap((term, index) => {
    const at = `${path}[${index}].matchLabelExpressions`;
    const meaning = meanings[index]!;
    const copies =
      meanings.slice(0, index).filter((other) => other === meaning).length + (meaning === "" ? terms.length : 0);
    return [...validateTerm(at, term), ...Array.from({ length: copies }, () => duplicateValue(at, ""))];
  });
}

/** Keys with their sets of values, as one text. */
function meaningOf({ matchLabelExpressions = [] }: Term): string {
  const byKey = new Map(matchLabelExpressions.map(({ key, values }) => [key, [...new Set(values)].sort()]));
  const entries = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "" : JSON.stringify(entries);
}

function validateTerm(path: string, { matchLabelExpressions = [] }: Term): FieldError[] {
  const repeated = repeats(matchLabelExpressions, ({ key }) => key);
  return matchLabelExpressions.flatMap(({ key, values }, index) => {
    const at = `${path}[${index}]`;
    const again = repeated.has(index);
    return [
      ...(values?.length ? [] : [required(`${at}.values`)]),
      ...(values ?? []).flatMap((value, place) =>
        values!.indexOf(value) < place ? [duplicateValue(`${at}.values[${place}]`, value)] : [],
      ),
      ...problemsAt(`${at}.key`, key, qualifiedNameProblems(key)),
      ...(again ? [duplicateValue(`${at}.key`, key)] : []),
    ];
  });
}
