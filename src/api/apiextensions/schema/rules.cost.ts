import { type Compiled, COUNT_MAX, estimateCost, type Failure } from "../../../cel/index.ts";
import type { FieldError } from "../../kind.ts";
import { forbiddenField } from "../../validation/errors.ts";
import type { JSONSchemaProps } from "../v1/customresourcedefinition.types.ts";
import { isRecord } from "./cel-types.ts";
import { occurrencesMax, sizesOf } from "./sizes.ts";

/** What one rule may cost for all values that it is run on. */
const RULE_COST_MAX = 10_000_000;
/** What all rules of a schema may cost together. */
const SCHEMA_COST_MAX = 100_000_000;
/** As many of the dearest are named, if they take at least a hundredth. */
const NAMED_MAX = 4;

/** How many values of a schema there can be, as far as the schemas above it say. */
export type Cardinality = number | undefined;

/** How many values there can be of what is directly below a schema. */
export function cardinalityBelow(schema: JSONSchemaProps, here: Cardinality): Cardinality {
  const own = ownCardinality(schema);
  return here === undefined || own === undefined ? undefined : Math.min(here * own, COUNT_MAX);
}

function ownCardinality({ type, additionalProperties, maxItems, maxProperties }: JSONSchemaProps): Cardinality {
  const count = (most: number | undefined) => (most === undefined ? undefined : Math.max(0, Number(most)));
  if (type === "array") return count(maxItems);
  if (type !== "object") return 1;
  return isRecord(additionalProperties) || additionalProperties !== undefined ? count(maxProperties) : 1;
}

interface Dear {
  readonly path: string;
  readonly cost: number;
}

/** Adds up what the rules of a schema may cost. */
export class RuleCosts {
  #total = 0;
  #dearest: Dear[] = [];

  /** What is wrong with the cost of one rule, for all values that it is run on. */
  ofRule(path: string, compiled: Compiled | Failure, place: CostedPlace): FieldError[] {
    const { schema, isRoot, cardinality } = place;
    const cost = costOf(compiled, place) * (cardinality ?? occurrencesMax(schema, isRoot));
    return this.#observe({ path, cost: Math.min(cost, COUNT_MAX) }, "estimated rule cost");
  }

  /** The same of a message, which is made once at most. */
  ofMessage(path: string, compiled: Compiled | Failure, place: CostedPlace): FieldError[] {
    return this.#observe({ path, cost: costOf(compiled, place) }, "estimated messageExpression cost");
  }

  #observe(dear: Dear, what: string): FieldError[] {
    this.#total = Math.min(this.#total + dear.cost, COUNT_MAX);
    if (dear.cost >= SCHEMA_COST_MAX / 100)
      this.#dearest = [...this.#dearest, dear].sort((a, b) => b.cost - a.cost).slice(0, NAMED_MAX);
    return dear.cost > RULE_COST_MAX ? [forbiddenField(dear.path, tooDear(what, dear.cost / RULE_COST_MAX))] : [];
  }

  /** What is wrong with all of them together. */
  ofSchema(path: string): FieldError[] {
    if (this.#total <= SCHEMA_COST_MAX) return [];
    const share = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
    const what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    return [
      ...this.#dearest.map((one) => forbiddenField(one.path, share)),
      forbiddenField(path, tooDear(what, this.#total / SCHEMA_COST_MAX)),
    ];
  }
}

export interface CostedPlace {
  readonly schema: JSONSchemaProps;
  readonly isRoot: boolean;
  readonly cardinality: Cardinality;
}

function costOf(compiled: Compiled | Failure, { schema, isRoot }: CostedPlace): number {
  return "program" in compiled ? estimateCost(compiled.checked, sizesOf(schema, isRoot)).max : 0;
}

function tooDear(what: string, factor: number): string {
  const shown = factor > 100 ? "more than 100x" : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
