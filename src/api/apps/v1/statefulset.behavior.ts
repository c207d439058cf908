import { jsonEqual } from "../../../schema/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import {
  dnsLabelProblems,
  forbiddenField,
  internalValue,
  invalidValue,
  nonNegative,
  notDecremented,
  notSupported,
  problemsAt,
  required,
  withinReplicas,
} from "../../validation/index.ts";
import {
  setPodTemplateDefaults,
  validateLastingPods,
  validatePodTemplate,
  validateSelected,
} from "../../core/v1/podtemplate.rules.ts";
import { isBrokenSelector, validateSelector } from "./selecting.ts";
import {
  RollingUpdateStatefulSetStrategy,
  type StatefulSet,
  type StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from "./statefulset.ts";

/** What a stateful set's declaration can't say. */
export const statefulSetBehavior: KindBehavior<StatefulSet> = {
  nameRule: "dnsLabel",
  prepareCreate: dropGatedFields,
  prepareUpdate(statefulSet, old) {
    statefulSet.status = structuredClone(old.status) as Mutable<StatefulSet>["status"];
    dropGatedFields(statefulSet);
  },
  setDefaults({ spec }) {
    spec.replicas ??= 1;
    spec.podManagementPolicy ||= "OrderedReady";
    spec.updateStrategy.type ||= "RollingUpdate";
    if (spec.updateStrategy.type === "RollingUpdate") {
      spec.updateStrategy.rollingUpdate ??= {};
      spec.updateStrategy.rollingUpdate.partition ??= 0;
    }
    spec.persistentVolumeClaimRetentionPolicy ??= {};
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= "Retain";
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= "Retain";
    spec.revisionHistoryLimit ??= 10;
    setPodTemplateDefaults(spec.template);
    for (const claim of spec.volumeClaimTemplates ?? []) setClaimDefaults(claim);
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [...validateSpec(spec), ...specStays(spec, old.spec)],
  validateStatusUpdate: ({ status }, old) => [
    ...COUNTS.flatMap((field) => nonNegative(`status.${field}`, status[field])),
    ...withinReplicas("status", status, ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"]),
    ...notDecremented("status.collisionCount", status.collisionCount, old.status.collisionCount),
  ],
  warnings: ({ spec }) =>
    (spec.revisionHistoryLimit ?? 0) < 0
      ? ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"]
      : [],
};

type ClaimTemplate = NonNullable<Mutable<StatefulSetSpec>["volumeClaimTemplates"]>[number];

function setClaimDefaults(claim: ClaimTemplate): void {
  claim.kind = "PersistentVolumeClaim";
  claim.apiVersion = "v1";
  claim.status.phase ||= "Pending";
  claim.spec.volumeMode ??= "Filesystem";
}

/** The feature gate MaxUnavailableStatefulSet is off. */
function dropGatedFields({ spec }: Mutable<StatefulSet>): void {
  if (spec.updateStrategy.rollingUpdate) delete spec.updateStrategy.rollingUpdate.maxUnavailable;
}

function validateSpec(spec: StatefulSetSpec): FieldError[] {
  const { selector, template, serviceName } = spec;
  const errors = [
    ...validatePodManagementPolicy(spec.podManagementPolicy),
    ...validateUpdateStrategy(spec.updateStrategy),
    ...validateRetention(spec.persistentVolumeClaimRetentionPolicy),
    ...nonNegative("spec.replicas", spec.replicas),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...nonNegative("spec.ordinals.start", spec.ordinals?.start),
    ...validateSelector(selector, "statefulset"),
    ...(serviceName ? problemsAt("spec.serviceName", serviceName, dnsLabelProblems(serviceName)) : []),
  ];
  if (isBrokenSelector(selector)) errors.push(invalidValue("spec.selector", selector, ""));
  else
    errors.push(
      ...validateSelected("spec.template", template, selector),
      ...validatePodTemplate("spec.template", template),
    );
  return [...errors, ...validateLastingPods("spec.template", template, "StatefulSet")];
}

function validatePodManagementPolicy(policy: string | undefined): FieldError[] {
  const path = "spec.podManagementPolicy";
  if (!policy) return [required(path)];
  return ["OrderedReady", "Parallel"].includes(policy)
    ? []
    : [invalidValue(path, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateUpdateStrategy(strategy: StatefulSetUpdateStrategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const path = "spec.updateStrategy";
  if (type === "RollingUpdate") return nonNegative(`${path}.rollingUpdate.partition`, rollingUpdate?.partition);
  if (type === "OnDelete") {
    if (!rollingUpdate) return [];
    const shown = internalValue(RollingUpdateStatefulSetStrategy, rollingUpdate, INTERNAL);
    return [invalidValue(`${path}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  if (!type) return [required(path)];
  const shown = internalValue(StatefulSetUpdateStrategy, strategy, INTERNAL);
  return [invalidValue(path, shown, "must be 'RollingUpdate' or 'OnDelete'")];
}

const INTERNAL = { [RollingUpdateStatefulSetStrategy.name]: { plain: ["partition"] } };

const RETENTION = ["Retain", "Delete"];

function validateRetention(policy: StatefulSetSpec["persistentVolumeClaimRetentionPolicy"]): FieldError[] {
  if (!policy) return [];
  return (["whenDeleted", "whenScaled"] as const).flatMap((field) =>
    RETENTION.includes(policy[field] ?? "")
      ? []
      : [notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, policy[field], RETENTION)],
  );
}

const MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

function specStays(spec: StatefulSetSpec, old: StatefulSetSpec): FieldError[] {
  if (jsonEqual(withoutMutable(spec), withoutMutable(old))) return [];
  const names = MUTABLE.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return [forbiddenField("spec", `updates to statefulset spec for fields other than ${list} are forbidden`)];
}

function withoutMutable(spec: StatefulSetSpec): object {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !MUTABLE.includes(name)));
}

const COUNTS = [
  "replicas",
  "readyReplicas",
  "currentReplicas",
  "updatedReplicas",
  "availableReplicas",
  "observedGeneration",
  "collisionCount",
] as const;
