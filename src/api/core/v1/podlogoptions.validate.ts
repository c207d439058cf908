import type { FieldError } from "../../kind.ts";
import { forbiddenField, invalidValue, nonNegative } from "../../validation/index.ts";

/** What a client may ask about logs, as far as it can be wrong. */
export interface LogQuestion {
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly stream?: string | undefined;
}

const POSITIVE = "must be greater than 0";

export function validateLogQuestion(question: LogQuestion): FieldError[] {
  const { tailLines, limitBytes, sinceSeconds, sinceTime, stream } = question;
  const errors = nonNegative("tailLines", tailLines);
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalidValue("limitBytes", limitBytes, POSITIVE));
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    errors.push(forbiddenField("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    errors.push(invalidValue("sinceSeconds", sinceSeconds, POSITIVE));
  // One stream alone is a feature that is off.
  if (stream !== undefined) errors.push(forbiddenField("stream", "may not be specified"));
  return errors;
}
