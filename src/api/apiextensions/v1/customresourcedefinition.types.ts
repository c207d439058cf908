import {
  any,
  boolean,
  bytes,
  float64,
  int32,
  int64,
  list,
  map,
  ref,
  scalar,
  string,
  struct,
  time,
  type Infer,
  type StructNode,
} from "../../../schema/index.ts";

export const CustomResourceDefinitionStatus = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus",
  () => ({
    conditions: list(1, CustomResourceDefinitionCondition, { always: true, list: "map", keys: ["type"] }),
    acceptedNames: ref(2, CustomResourceDefinitionNames),
    storedVersions: list(3, scalar.string, { always: true, list: "atomic" }),
    observedGeneration: int64(4, { gates: ["CRDObservedGenerationTracking"] }),
  }),
);
export interface CustomResourceDefinitionStatus extends Infer<typeof CustomResourceDefinitionStatus> {}

export const CustomResourceDefinitionCondition = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition",
  () => ({
    type: string(1, { always: true, required: true }),
    status: string(2, { always: true, required: true }),
    lastTransitionTime: time(3),
    reason: string(4),
    message: string(5),
    observedGeneration: int64(6, { gates: ["CRDObservedGenerationTracking"] }),
  }),
);
export interface CustomResourceDefinitionCondition extends Infer<typeof CustomResourceDefinitionCondition> {}

export const CustomResourceDefinitionSpec = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec",
  () => ({
    group: string(1, { always: true, required: true }),
    names: ref(3, CustomResourceDefinitionNames, { required: true }),
    scope: string(4, { always: true, required: true }),
    versions: list(7, CustomResourceDefinitionVersion, { always: true, required: true, list: "atomic" }),
    conversion: ref(9, CustomResourceConversion, { ptr: true }),
    preserveUnknownFields: boolean(10),
  }),
);
export interface CustomResourceDefinitionSpec extends Infer<typeof CustomResourceDefinitionSpec> {}

export const CustomResourceConversion = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion",
  () => ({
    strategy: string(1, { always: true, required: true }),
    webhook: ref(2, WebhookConversion, { ptr: true }),
  }),
);
export interface CustomResourceConversion extends Infer<typeof CustomResourceConversion> {}

export const WebhookConversion = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion",
  () => ({
    clientConfig: ref(2, WebhookClientConfig, { ptr: true }),
    conversionReviewVersions: list(3, scalar.string, { always: true, required: true, list: "atomic" }),
  }),
);
export interface WebhookConversion extends Infer<typeof WebhookConversion> {}

export const WebhookClientConfig = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig",
  () => ({
    url: string(3, { ptr: true }),
    service: ref(1, ServiceReference, { ptr: true }),
    caBundle: bytes(2),
  }),
);
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const ServiceReference = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference",
  () => ({
    namespace: string(1, { always: true, required: true }),
    name: string(2, { always: true, required: true }),
    path: string(3, { ptr: true }),
    port: int32(4, { ptr: true }),
  }),
);
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const CustomResourceDefinitionVersion = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion",
  () => ({
    name: string(1, { always: true, required: true }),
    served: boolean(2, { always: true, required: true }),
    storage: boolean(3, { always: true, required: true }),
    deprecated: boolean(7),
    deprecationWarning: string(8, { ptr: true }),
    schema: ref(4, CustomResourceValidation, { ptr: true }),
    subresources: ref(5, CustomResourceSubresources, { ptr: true }),
    additionalPrinterColumns: list(6, CustomResourceColumnDefinition, { list: "atomic" }),
    selectableFields: list(9, SelectableField, { list: "atomic", gates: ["CustomResourceFieldSelectors"] }),
  }),
);
export interface CustomResourceDefinitionVersion extends Infer<typeof CustomResourceDefinitionVersion> {}

export const SelectableField = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField",
  () => ({
    jsonPath: string(1, { always: true, required: true }),
  }),
);
export interface SelectableField extends Infer<typeof SelectableField> {}

export const CustomResourceColumnDefinition = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition",
  () => ({
    name: string(1, { always: true, required: true }),
    type: string(2, { always: true, required: true }),
    format: string(3),
    description: string(4),
    priority: int32(5),
    jsonPath: string(6, { always: true, required: true }),
  }),
);
export interface CustomResourceColumnDefinition extends Infer<typeof CustomResourceColumnDefinition> {}

export const CustomResourceSubresources = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources",
  () => ({
    status: ref(1, CustomResourceSubresourceStatus, { ptr: true }),
    scale: ref(2, CustomResourceSubresourceScale, { ptr: true }),
  }),
);
export interface CustomResourceSubresources extends Infer<typeof CustomResourceSubresources> {}

export const CustomResourceSubresourceScale = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale",
  () => ({
    specReplicasPath: string(1, { always: true, required: true }),
    statusReplicasPath: string(2, { always: true, required: true }),
    labelSelectorPath: string(3, { ptr: true }),
  }),
);
export interface CustomResourceSubresourceScale extends Infer<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresourceStatus = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus",
  () => ({}),
);
export interface CustomResourceSubresourceStatus extends Infer<typeof CustomResourceSubresourceStatus> {}

export const CustomResourceValidation = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation",
  () => ({
    openAPIV3Schema: ref(1, JSONSchemaProps, { ptr: true }),
  }),
);
export interface CustomResourceValidation extends Infer<typeof CustomResourceValidation> {}

const TYPES = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";

/** Refers to itself, so its type is written out: inference can't. */
export interface JSONSchemaProps {
  readonly id?: string;
  readonly $schema?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly default?: unknown;
  readonly maximum?: number;
  readonly exclusiveMaximum?: boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly multipleOf?: number;
  readonly enum?: readonly unknown[];
  readonly maxProperties?: number;
  readonly minProperties?: number;
  readonly required?: readonly string[];
  readonly items?: unknown;
  readonly allOf?: readonly JSONSchemaProps[];
  readonly oneOf?: readonly JSONSchemaProps[];
  readonly anyOf?: readonly JSONSchemaProps[];
  readonly not?: JSONSchemaProps;
  readonly properties?: Readonly<Record<string, JSONSchemaProps>>;
  readonly additionalProperties?: unknown;
  readonly patternProperties?: Readonly<Record<string, JSONSchemaProps>>;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly additionalItems?: unknown;
  readonly definitions?: Readonly<Record<string, JSONSchemaProps>>;
  readonly externalDocs?: ExternalDocumentation;
  readonly example?: unknown;
  readonly nullable?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
}
export const JSONSchemaProps: StructNode = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
  () => ({
    id: string(1),
    $schema: string(2),
    $ref: string(3, { ptr: true }),
    description: string(4),
    type: string(5),
    format: string(6),
    title: string(7),
    default: any(8, { ptr: true, typeName: `${TYPES}JSON` }),
    maximum: float64(9, { ptr: true }),
    exclusiveMaximum: boolean(10),
    minimum: float64(11, { ptr: true }),
    exclusiveMinimum: boolean(12),
    maxLength: int64(13, { ptr: true }),
    minLength: int64(14, { ptr: true }),
    pattern: string(15),
    maxItems: int64(16, { ptr: true }),
    minItems: int64(17, { ptr: true }),
    uniqueItems: boolean(18),
    multipleOf: float64(19, { ptr: true }),
    enum: list(20, scalar.any, { list: "atomic", element: { typeName: `${TYPES}JSON` } }),
    maxProperties: int64(21, { ptr: true }),
    minProperties: int64(22, { ptr: true }),
    required: list(23, scalar.string, { list: "atomic" }),
    items: any(24, {
      ptr: true,
      holds: { node: () => JSONSchemaProps, or: "list" },
      typeName: `${TYPES}JSONSchemaPropsOrArray`,
    }),
    allOf: list(25, JSONSchemaProps, { list: "atomic" }),
    oneOf: list(26, JSONSchemaProps, { list: "atomic" }),
    anyOf: list(27, JSONSchemaProps, { list: "atomic" }),
    not: ref(28, JSONSchemaProps, { ptr: true }),
    properties: map(29, JSONSchemaProps),
    additionalProperties: any(30, {
      ptr: true,
      holds: { node: () => JSONSchemaProps, or: "boolean" },
      typeName: `${TYPES}JSONSchemaPropsOrBool`,
    }),
    patternProperties: map(31, JSONSchemaProps),
    dependencies: map(32, scalar.any, {
      element: { typeName: `${TYPES}JSONSchemaPropsOrStringArray` },
      holds: { node: () => JSONSchemaProps, or: "texts" },
    }),
    additionalItems: any(33, { ptr: true, typeName: `${TYPES}JSONSchemaPropsOrBool` }),
    definitions: map(34, JSONSchemaProps),
    externalDocs: ref(35, ExternalDocumentation, { ptr: true }),
    example: any(36, { ptr: true, typeName: `${TYPES}JSON` }),
    nullable: boolean(37),
    "x-kubernetes-preserve-unknown-fields": boolean(38, { ptr: true }),
    "x-kubernetes-embedded-resource": boolean(39),
    "x-kubernetes-int-or-string": boolean(40),
    "x-kubernetes-list-map-keys": list(41, scalar.string, { list: "atomic" }),
    "x-kubernetes-list-type": string(42, { ptr: true }),
    "x-kubernetes-map-type": string(43, { ptr: true }),
    "x-kubernetes-validations": list(44, ValidationRule, {
      list: "map",
      keys: ["rule"],
      patch: ["merge"],
      mergeKey: "rule",
    }),
  }),
);

export const ValidationRule = struct("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule", () => ({
  rule: string(1, { always: true, required: true }),
  message: string(2),
  messageExpression: string(3),
  reason: string(4, {
    ptr: true,
    enum: ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"],
  }),
  fieldPath: string(5),
  optionalOldSelf: boolean(6, { ptr: true, gates: ["CRDValidationRatcheting"] }),
}));
export interface ValidationRule extends Infer<typeof ValidationRule> {}

export const ExternalDocumentation = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation",
  () => ({
    description: string(1),
    url: string(2),
  }),
);
export interface ExternalDocumentation extends Infer<typeof ExternalDocumentation> {}

export const CustomResourceDefinitionNames = struct(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames",
  () => ({
    plural: string(1, { always: true, required: true }),
    singular: string(2),
    shortNames: list(3, scalar.string, { list: "atomic" }),
    kind: string(4, { always: true, required: true }),
    listKind: string(5),
    categories: list(6, scalar.string, { list: "atomic" }),
  }),
);
export interface CustomResourceDefinitionNames extends Infer<typeof CustomResourceDefinitionNames> {}
