import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import { forbiddenField, invalidValue, notSupported, required } from "../../validation/errors.ts";
import { internalValue } from "../../validation/internal.ts";
import { validateConditions } from "./flowschema.behavior.ts";
import type { PriorityLevelConfiguration } from "./prioritylevelconfiguration.ts";
import {
  type ExemptPriorityLevelConfiguration,
  type LimitedPriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  type QueuingConfiguration,
} from "./prioritylevelconfiguration.types.ts";

const SHARES_DEFAULT = 30;
const QUEUES = { queues: 64, handSize: 8, queueLengthLimit: 50 };
const QUEUES_MAX = 10_000_000;
const ENTROPY_BITS_MAX = 60;
const EXEMPT = "exempt";

const CATCH_ALL = {
  type: "Limited",
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: "Reject" }, lendablePercent: 0 },
};

/** What a level's declaration can't say. */
export const priorityLevelBehavior: KindBehavior<PriorityLevelConfiguration> = {
  metadataLooks: ["whole"],
  setDefaults({ spec }) {
    const { limited, exempt } = spec;
    if (limited) {
      limited.nominalConcurrencyShares ??= SHARES_DEFAULT;
      limited.lendablePercent ??= 0;
      const { queuing } = limited.limitResponse;
      if (queuing) {
        queuing.queues ||= QUEUES.queues;
        queuing.handSize ||= QUEUES.handSize;
        queuing.queueLengthLimit ||= QUEUES.queueLengthLimit;
      }
    }
    if (exempt) {
      exempt.nominalConcurrencyShares ??= 0;
      exempt.lendablePercent ??= 0;
    }
  },
  validate: ({ metadata, spec, status }) => [
    ...validateSpec(spec, metadata.name),
    ...validateFixed(metadata.name, spec),
    ...validateConditions(status as never),
  ],
  validateStatusUpdate: ({ status }) => validateConditions(status as never),
};

function validateFixed(name: string, spec: PriorityLevelConfigurationSpec): FieldError[] {
  const shown = () => internalValue(PriorityLevelConfigurationSpec, spec);
  if (name === EXEMPT && (spec.type !== "Exempt" || spec.limited))
    return [
      invalidValue("spec", shown(), "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value"),
    ];
  if (name === "catch-all" && !jsonEqual(spec, CATCH_ALL))
    return [invalidValue("spec", shown(), "spec of 'catch-all' must equal the fixed value")];
  return [];
}

function validateSpec({ type, limited, exempt }: PriorityLevelConfigurationSpec, name: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((name === EXEMPT) !== (type === "Exempt"))
    if (["Exempt", "Limited"].includes(type))
      errors.push(invalidValue("spec.type", type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  switch (type) {
    case "Exempt":
      if (limited) errors.push(forbiddenField("spec.limited", "must be nil if the type is not Limited"));
      if (exempt) errors.push(...validateExempt(exempt));
      return errors;
    case "Limited":
      if (exempt) errors.push(forbiddenField("spec.exempt", "must be nil if the type is Limited"));
      if (!limited) return [...errors, required("spec.limited", "must not be empty when type is Limited")];
      return [...errors, ...validateLimited(limited)];
    default:
      return [...errors, notSupported("spec.type", type, ["Exempt", "Limited"])];
  }
}

function validateExempt({
  nominalConcurrencyShares = 0,
  lendablePercent = 0,
}: ExemptPriorityLevelConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  if (nominalConcurrencyShares < 0)
    errors.push(
      invalidValue("spec.exempt.nominalConcurrencyShares", nominalConcurrencyShares, "must be a non-negative integer"),
    );
  return [...errors, ...validatePercent("spec.exempt.lendablePercent", lendablePercent)];
}

function validatePercent(path: string, percent: number): FieldError[] {
  return percent < 0 || percent > 100 ? [invalidValue(path, percent, "must be between 0 and 100, inclusive")] : [];
}

function validateLimited(limited: LimitedPriorityLevelConfiguration): FieldError[] {
  const { nominalConcurrencyShares = 0, lendablePercent = 0, borrowingLimitPercent, limitResponse } = limited;
  const path = "spec.limited";
  const errors: FieldError[] = [];
  if (nominalConcurrencyShares < 0)
    errors.push(
      invalidValue(`${path}.nominalConcurrencyShares`, nominalConcurrencyShares, "must be a non-negative integer"),
    );
  const { type, queuing } = limitResponse;
  const at = `${path}.limitResponse`;
  if (type === "Reject") {
    if (queuing)
      errors.push(forbiddenField(`${at}.queuing`, "must be nil if limited.limitResponse.type is not Limited"));
  } else if (type === "Queue") {
    if (queuing) errors.push(...validateQueuing(queuing, `${at}.queuing`));
    else errors.push(required(`${at}.queuing`, "must not be empty if limited.limitResponse.type is Limited"));
  } else errors.push(notSupported(`${at}.type`, type, ["Queue", "Reject"]));
  errors.push(...validatePercent(`${path}.lendablePercent`, lendablePercent));
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0)
    errors.push(
      invalidValue(
        `${path}.borrowingLimitPercent`,
        borrowingLimitPercent,
        "if specified, must be a non-negative integer",
      ),
    );
  return errors;
}

function validateQueuing(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0)
    errors.push(invalidValue(`${path}.queueLengthLimit`, queueLengthLimit, "must be positive"));
  if (queues <= 0) errors.push(invalidValue(`${path}.queues`, queues, "must be positive"));
  else if (queues > QUEUES_MAX)
    errors.push(invalidValue(`${path}.queues`, queues, `must not be greater than ${QUEUES_MAX}`));
  if (handSize <= 0) errors.push(invalidValue(`${path}.handSize`, handSize, "must be positive"));
  else if (handSize > queues)
    errors.push(invalidValue(`${path}.handSize`, handSize, `should not be greater than queues (${queues})`));
  else if (entropyBits(queues, handSize) > ENTROPY_BITS_MAX) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${ENTROPY_BITS_MAX}`;
    errors.push(invalidValue(`${path}.handSize`, handSize, detail));
  }
  return errors;
}

/** Bits that it takes to deal a hand from a deck. */
function entropyBits(deckSize: number, handSize: number): number {
  let bits = 0;
  for (let card = 0; card < handSize; card++) bits += Math.log2(deckSize - card);
  return Math.ceil(bits);
}
