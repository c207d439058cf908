import type { FieldError } from "../../kind.ts";
import { forbiddenField, invalidValue, oneOf, required } from "../../validation/errors.ts";
import { dnsLabel1035Problems } from "../../validation/names.ts";
import { validateWebhookService, validateWebhookUrl } from "../../validation/webhook.ts";
import type { CustomResourceConversion, WebhookClientConfig } from "./customresourcedefinition.types.ts";

const PATH = "spec.conversion";
const REVIEW_VERSIONS = ["v1", "v1beta1"];

/** What is wrong with how versions are converted. */
export function validateConversion(conversion: CustomResourceConversion | undefined): FieldError[] {
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  const versions = webhook?.conversionReviewVersions ?? [];
  const errors = oneOf(`${PATH}.strategy`, strategy, ["None", "Webhook"]);
  if (strategy === "Webhook")
    return [...errors, ...validateClient(webhook?.clientConfig), ...validateReviewVersions(versions)];
  const detail = "should not be set when strategy is not set to Webhook";
  if (webhook?.clientConfig) errors.push(forbiddenField(`${PATH}.webhookClientConfig`, detail));
  if (versions.length > 0) errors.push(forbiddenField(`${PATH}.conversionReviewVersions`, detail));
  return errors;
}

function validateClient(client: WebhookClientConfig | undefined): FieldError[] {
  const path = `${PATH}.webhookClientConfig`;
  if (!client) return [required(path, "required when strategy is set to Webhook")];
  const { url, service } = client;
  if ((url === undefined) === (service === undefined))
    return [required(path, "exactly one of url or service is required")];
  return url === undefined
    ? validateWebhookService(`${path}.service`, service!)
    : validateWebhookUrl(`${path}.url`, url);
}

function validateReviewVersions(versions: readonly string[]): FieldError[] {
  const path = `${PATH}.conversionReviewVersions`;
  if (versions.length === 0) return [required(path)];
  const errors = versions.flatMap((version, index) => {
    if (versions.indexOf(version) < index) return [invalidValue(`${path}[${index}]`, version, "duplicate version")];
    const problems = dnsLabel1035Problems(version);
    return problems.length > 0 ? [invalidValue(`${path}[${index}]`, version, problems.join(","))] : [];
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
  return errors;
}
