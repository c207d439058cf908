import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { roundAmounts } from "../../quantity.ts";
import {
  availableWithinReady,
  dnsLabelProblems,
  forbiddenField,
  invalidValue,
  nonNegative,
  notDecremented,
  notSupported,
  problemsAt,
  required,
  validateAnnotations,
  validateLabels,
  withinReplicas,
} from "../../validation/index.ts";
import {
  dropDisabledTemplateFields,
  setPodTemplateDefaults,
  validatePodAnnotations,
  validatePodTemplateSpec,
} from "../../core/v1/pod/index.ts";
import { templateWarnings, validateLastingPods, validateSelected } from "../../core/v1/podtemplate.rules.ts";
import { isBrokenSelector, validateSelector } from "./selecting.ts";
import { claimSpecWarnings, validatePersistentVolumeClaimSpec } from "../../core/v1/claimspec.validate.ts";
import type { PersistentVolumeClaim } from "../../core/v1/persistentvolumeclaim.ts";
import type { PodTemplateSpec } from "../../core/v1/podtemplatespec.ts";
import type {
  RollingUpdateStatefulSetStrategy,
  StatefulSet,
  StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from "./statefulset.ts";

/** What a stateful set's declaration can't say. */
export const statefulSetBehavior: KindBehavior<StatefulSet> = {
  fillBlank({ spec }) {
    spec.replicas = 0;
  },
  nameRule: "dnsLabel",
  prepareCreate(statefulSet) {
    dropGatedFields(statefulSet);
    dropDisabledTemplateFields(statefulSet.spec.template);
  },
  prepareUpdate(statefulSet, old) {
    dropGatedFields(statefulSet);
    dropDisabledTemplateFields(statefulSet.spec.template, old.spec.template);
  },
  setDefaults({ spec }) {
    spec.replicas ??= 1;
    spec.podManagementPolicy ||= "OrderedReady";
    if (!spec.updateStrategy.type) {
      spec.updateStrategy.type = "RollingUpdate";
      spec.updateStrategy.rollingUpdate ??= {};
    }
    if (spec.updateStrategy.type === "RollingUpdate" && spec.updateStrategy.rollingUpdate)
      spec.updateStrategy.rollingUpdate.partition ??= 0;
    spec.persistentVolumeClaimRetentionPolicy ??= {};
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= "Retain";
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= "Retain";
    spec.revisionHistoryLimit ??= 10;
    setPodTemplateDefaults(spec.template);
    for (const claim of spec.volumeClaimTemplates ?? []) setClaimDefaults(claim as Mutable<PersistentVolumeClaim>);
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [...validateSpec(spec, old.spec.template), ...specStays(spec, old.spec)],
  validateStatusUpdate: ({ status }, old) => [
    ...COUNTS.flatMap((field) => nonNegative(`status.${field}`, status[field])),
    ...withinReplicas("status", status, ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"]),
    ...availableWithinReady("status", status, "status.readyReplicas"),
    ...notDecremented("status.collisionCount", status.collisionCount, old.status.collisionCount),
  ],
  warnings: (statefulSet, old) => [
    ...warningsOfTemplate(statefulSet, old),
    ...claimsOf(statefulSet.spec).flatMap(({ spec }, index) =>
      claimSpecWarnings(`spec.volumeClaimTemplates[${index}]`, spec),
    ),
    ...((statefulSet.spec.revisionHistoryLimit ?? 0) < 0 ? [KEEPS_ALL_REVISIONS] : []),
  ],
};

const KEEPS_ALL_REVISIONS =
  "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";

const warningsOfTemplate = templateWarnings("spec.template", ({ spec }: StatefulSet) => spec.template);

function setClaimDefaults(claim: Mutable<PersistentVolumeClaim>): void {
  claim.kind = "PersistentVolumeClaim";
  claim.apiVersion = "v1";
  claim.status.phase ||= "Pending";
  claim.spec.volumeMode ??= "Filesystem";
  for (const amounts of [
    claim.spec.resources?.requests,
    claim.spec.resources?.limits,
    claim.status.capacity,
    claim.status.allocatedResources,
  ])
    roundAmounts(amounts);
}

/** The feature gate MaxUnavailableStatefulSet is off. */
function dropGatedFields({ spec }: Mutable<StatefulSet>): void {
  if (spec.updateStrategy.rollingUpdate) delete spec.updateStrategy.rollingUpdate.maxUnavailable;
}

function validateSpec(spec: StatefulSetSpec, oldTemplate?: PodTemplateSpec): FieldError[] {
  const { selector, template, serviceName } = spec;
  const errors = [
    ...validatePodManagementPolicy(spec.podManagementPolicy),
    ...validateUpdateStrategy(spec.updateStrategy),
    ...validateRetention(spec.persistentVolumeClaimRetentionPolicy),
    // Claims never change, so that they are looked at once only.
    ...(oldTemplate ? [] : validateClaims(spec)),
    ...nonNegative("spec.replicas", spec.replicas),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...nonNegative("spec.ordinals.start", spec.ordinals?.start),
    ...(serviceName && !oldTemplate ? problemsAt("spec.serviceName", serviceName, dnsLabelProblems(serviceName)) : []),
    ...validateSelector(selector, "statefulset"),
  ];
  const { metadata } = template;
  if (isBrokenSelector(selector)) errors.push(invalidValue("spec.selector", selector, ""));
  else
    errors.push(
      ...validateSelected("spec.template", template, selector),
      ...validatePodTemplateSpec("spec.template", withClaimVolumes(spec), oldTemplate),
      // Told again: with the rest of the template they were told before.
      ...validateLabels("spec.template.labels", metadata.labels),
      ...validateAnnotations("spec.template.annotations", metadata.annotations),
      ...validatePodAnnotations("spec.template.annotations", metadata.annotations, template.spec),
    );
  return [...errors, ...validateLastingPods("spec.template", template, "StatefulSet")];
}

type Claim = PersistentVolumeClaim;

function claimsOf({ volumeClaimTemplates = [] }: StatefulSetSpec): readonly Claim[] {
  return volumeClaimTemplates as readonly Claim[];
}

/** The template as pods get it: each claim is a volume, in place of one of the same name. */
function withClaimVolumes(spec: StatefulSetSpec): PodTemplateSpec {
  const names = [...new Set(claimsOf(spec).map(({ metadata }) => metadata.name ?? ""))];
  if (names.length === 0) return withoutHost(spec.template);
  const volumes = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const others = (spec.template.spec.volumes ?? []).filter(({ name }) => !names.includes(name));
  return withoutHost({ ...spec.template, spec: { ...spec.template.spec, volumes: [...volumes, ...others] } });
}

/** What a template says of the names of hosts counts for nothing: each pod has one of its own. */
function withoutHost(template: PodTemplateSpec): PodTemplateSpec {
  const { hostname: _, subdomain: __, ...spec } = template.spec;
  return { ...template, spec: spec as PodTemplateSpec["spec"] };
}

function validateClaims(spec: StatefulSetSpec): FieldError[] {
  return claimsOf(spec).flatMap((claim, index) =>
    validatePersistentVolumeClaimSpec(`spec.volumeClaimTemplates[${index}].spec`, claim.spec),
  );
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
    return [
      invalidValue(
        `${path}.rollingUpdate`,
        shownRolling(rollingUpdate),
        "only allowed for updateStrategy 'RollingUpdate'",
      ),
    ];
  }
  if (!type) return [required(path)];
  const shown = { Type: type, RollingUpdate: rollingUpdate ? shownRolling(rollingUpdate) : null };
  return [invalidValue(path, shown, "must be 'RollingUpdate' or 'OnDelete'")];
}

function shownRolling({ partition = 0, maxUnavailable }: RollingUpdateStatefulSetStrategy): object {
  return { Partition: partition, MaxUnavailable: maxUnavailable ?? null };
}

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
