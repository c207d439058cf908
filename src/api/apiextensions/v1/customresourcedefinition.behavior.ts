import { own } from "../../../base/index.ts";
import { nameColumn } from "../../columns.ts";
import type { Column, KindBehavior, Mutable } from "../../kind.ts";
import { isKnownFormat } from "../schema/formats.ts";
import { innerSchemas } from "../schema/structural.validate.ts";
import type { CustomResourceDefinition } from "./customresourcedefinition.ts";
import type { JSONSchemaProps } from "./customresourcedefinition.types.ts";
import {
  definitionNameProblems,
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from "./customresourcedefinition.validate.ts";

const WEBHOOK_PORT = 443;

/** What a definition's declaration can't say. */
export const definitionBehavior: KindBehavior<CustomResourceDefinition> = {
  setDefaults({ spec }) {
    const { names } = spec;
    if (!names.singular && names.kind) names.singular = names.kind.toLowerCase();
    if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
    spec.conversion ??= { strategy: "None" } as NonNullable<typeof spec.conversion>;
    if (spec.conversion.webhook?.clientConfig?.service)
      spec.conversion.webhook.clientConfig.service.port ??= WEBHOOK_PORT;
  },
  prepareCreate(definition) {
    definition.status = { acceptedNames: { plural: "", kind: "" } } as unknown as typeof definition.status;
    noteStoredVersion(definition);
  },
  prepareUpdate(definition, old) {
    definition.status = structuredClone(old.status) as typeof definition.status;
    noteStoredVersion(definition);
  },
  looseFinalizers: true,
  requiresVersion: true,
  prepareDelete: beginDeletion,
  nameProblems: definitionNameProblems,
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  validateStatusUpdate: validateDefinitionStatus,
  warnings(definition, old) {
    const before = old ? formatWarnings(old) : [];
    return formatWarnings(definition).filter((warning) => !before.includes(warning));
  },
};

function formatWarnings({ spec }: CustomResourceDefinition): string[] {
  return (spec.versions ?? []).flatMap(({ schema }) =>
    unknownFormats(schema?.openAPIV3Schema as JSONSchemaProps | undefined),
  );
}

const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** A definition stays until the last object of it has gone. */
function beginDeletion({ metadata, status }: Mutable<CustomResourceDefinition>, now: string): void {
  if (!metadata.finalizers?.includes(CLEANUP)) metadata.finalizers = [...(metadata.finalizers ?? []), CLEANUP];
  status.conditions = [
    ...(status.conditions ?? []).filter(({ type }) => type !== "Terminating"),
    {
      type: "Terminating",
      status: "True",
      lastTransitionTime: now,
      reason: "InstanceDeletionPending",
      message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    },
  ];
}

/** The first version that is to be stored is one from now on: its objects may lie in the store. */
function noteStoredVersion({ spec, status }: Mutable<CustomResourceDefinition>): void {
  const stored = (spec.versions ?? []).find(({ storage }) => storage)?.name;
  if (stored === undefined || status.storedVersions?.includes(stored)) return;
  status.storedVersions = [...(status.storedVersions ?? []), stored];
}

function unknownFormats(schema: JSONSchemaProps | undefined): string[] {
  if (!schema) return [];
  const { format } = schema;
  const own = format && !isFormatOf(schema.type ?? "", format) ? [`unrecognized format ${JSON.stringify(format)}`] : [];
  return [...own, ...innerSchemas(schema).flatMap(unknownFormats)];
}

const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ["int32", "int64"],
  number: ["float", "double"],
};

/** Whether a format says anything about values of a type; texts have most, and what has no type may be one. */
function isFormatOf(type: string, format: string): boolean {
  return type === "" || type === "string"
    ? isKnownFormat(format)
    : (own(NUMBER_FORMATS, type)?.includes(format) ?? false);
}

/** Name and time of creation. */
export const definitionColumns: readonly Column<CustomResourceDefinition>[] = [
  nameColumn,
  { name: "Created At", type: "date", priority: 0, cell: ({ metadata }) => metadata.creationTimestamp },
];
