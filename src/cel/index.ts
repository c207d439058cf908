/**
 * CEL: expressions are read, checked, compiled to closures and run within a budget. Pure: knows schemas but no kinds, and
 * gets all values from its caller. Start at {@link compileExpression}; `libraries/` holds the functions.
 */
export type { Environment, Library } from "./environment.ts";
export { environment } from "./environment.ts";
export { CostError, EvaluationError } from "./errors.ts";
export type { Compiled, Failure } from "./expression.ts";
export { compileExpression } from "./expression.ts";
export type { AuthorizationAnswer, AuthorizationQuery, Authorize } from "./libraries/index.ts";
export { authorizerValue, kubernetesLibraries, mutationLibraries, requestResourceValue } from "./libraries/index.ts";
export type { Activation, Outcome, Program } from "./evaluate.ts";
export { BUDGET, CALL_COST_MAX } from "./cost.ts";
export { estimateCost, type SizeLookup } from "./estimate.ts";
export { COUNT_MAX, type Range } from "./ranges.ts";
export * as celTypes from "./types.ts";
export type { Type } from "./types.ts";
export { nameOfType, showType } from "./types.ts";
export type { Value } from "./values.ts";
export { Duration, fromJson, keyOf, MapValue, mapFrom, ObjectValue, Optional, SchemaList, toJson } from "./values.ts";
export { parseDuration, parseTimestamp, timestampOf } from "./time.ts";
export { quantityValue, semverValue } from "./libraries/index.ts";
export { regexMatches } from "./regex.ts";
