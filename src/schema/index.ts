/**
 * The schema language and everything derived from it. Knows no kind: what it walks is data.
 * Start at {@link struct} in `dsl.ts`; each other file is one derivation.
 */
export {
  any,
  boolean,
  bytes,
  type Draft,
  type Field,
  type FieldOptions,
  type Fields,
  float64,
  type Infer,
  type InferFields,
  int32,
  int64,
  intOrString,
  list,
  type ListNode,
  listOf,
  map,
  type MapNode,
  microTime,
  type Node,
  quantity,
  raw,
  ref,
  type ScalarNode,
  type ScalarType,
  scalar,
  string,
  struct,
  type StructNode,
  type StructOptions,
  time,
} from "./dsl.ts";
export { inVersion } from "./versioned.ts";
export { dropNulls } from "./custom.ts";
export { readDate, readLocalTime, TimeError } from "./time.ts";
export {
  canonicalTime,
  checkBase64,
  type Decoded,
  DecodeError,
  decodeJson,
  type DecodeOptions,
  jsonTypeName,
} from "./decode.ts";
export { isCanonical } from "./canonical.ts";
export { applyDefaults } from "./defaults.ts";
export { isMap, isObject, jsonMergePatch, withSortedKeys } from "./patch/merge.ts";
export {
  JsonError,
  type ParsedJson,
  parseJson,
  parseJsonInSteps,
  type ParseLimits,
  rawDigits,
  rawNumber,
  setOwn,
} from "./json/parse.ts";
export { fieldsAt, type FieldSet, KeylessError } from "./apply/field-set.ts";
export { mergeApplied } from "./apply/apply-plain.ts";
export { ApplyTypeError, AtomicApplyError } from "./typed.ts";
export { isKeyed } from "./keyed.ts";
export { showFloat } from "./json/go-float.ts";
export { goJson } from "./json/go-json.ts";
export { goUtf8 } from "./json/go-utf8.ts";
export { goText, PatchError, strategicMerge } from "./patch/strategic.ts";
export { encodeProto, encodeProtoObject, protoEnvelope } from "./proto/proto.ts";
export { hasManyFields } from "./proto/proto-count.ts";
export { decodeProto, openProtoEnvelope, type ProtoEnvelope } from "./proto/proto-read.ts";
export { JsonToProto } from "./proto/json-to-proto.ts";
export { copyJson } from "./copy.ts";
export { ProtoError, ProtoWriter, varintBytes } from "./proto/proto-wire.ts";
export {
  areManagers,
  managersProblem,
  checkObject,
  isOfType,
  ViewError,
  applyConfig,
  ApplyConflictError,
  managedAfterUpdate,
  distinctManagers,
  orderedManagers,
  type VersionLookup,
  type VersionView,
  type ManagedUpdate,
  type ManagedWrite,
  type ManagerEntry,
} from "./apply/managed-fields.ts";
