import { internal, type KindDefinition } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { CallError } from "./caller.ts";
import { consult, isWanted, matchingOf, type WebhookParts } from "./consult.ts";
import { noteFailedOpen } from "./notes.ts";
import { Views } from "./views.ts";
import { configuredWebhooks, VALIDATING, versionFor, type Webhook } from "./webhook.ts";

/** Refuses what webhooks say no to; they are asked at the same time. */
export function validatingWebhooks(parts: WebhookParts): AdmissionPlugin {
  return {
    name: "ValidatingAdmissionWebhook",
    seesConnections: true,
    isIdle: (reads) => reads.isEmpty(VALIDATING),
    async validate(request) {
      const views = new Views(request);
      const relevant = await relevantWebhooks(request, { ...parts, views });
      const failures: unknown[] = [];
      await Promise.all(
        relevant.map(async ({ webhook, version }, index) => {
          const problem = await judge(webhook, await views.in(version), { ...parts, index });
          if (problem !== undefined) failures.push(problem);
        }),
      );
      // All are heard; the first to say no is told of.
      if (failures.length > 0) throw failures[0];
    },
  };
}

interface Relevant {
  readonly webhook: Webhook;
  readonly version: KindDefinition;
}

/** Those to be asked: of all of them that is known before any is. */
async function relevantWebhooks(
  request: AdmissionRequest,
  { views, ...parts }: WebhookParts & { readonly views: Views },
): Promise<readonly Relevant[]> {
  const all = await configuredWebhooks(request, VALIDATING);
  if (all.length === 0) return [];
  const matching = (await matchingOf(request, parts.options))(request);
  const relevant: Relevant[] = [];
  for (const { webhook } of all) {
    const version = versionFor(webhook, matching);
    if (version && (await isWanted(webhook, await views.in(version), { ...parts, isMutating: false })))
      relevant.push({ webhook, version });
  }
  return relevant;
}

interface Judging extends WebhookParts {
  readonly index: number;
}

/** Why a webhook keeps a request from being served; nothing when it doesn't. */
async function judge(webhook: Webhook, request: AdmissionRequest, { index, ...parts }: Judging): Promise<unknown> {
  const { metrics } = parts;
  const { name } = webhook;
  const looked = { name, isMutating: false, operation: request.operation };
  const outcome = { startedMs: metrics.now(), isIgnored: webhook.failurePolicy === "Ignore" };
  try {
    await consult(webhook, request, { ...parts, isMutating: false });
    metrics.called(looked, outcome);
    return undefined;
  } catch (error) {
    metrics.called(looked, { ...outcome, error });
    if (!(error instanceof CallError)) return error;
    if (!outcome.isIgnored)
      return internal(`failed calling webhook ${JSON.stringify(name)}: ${error.message}`, { cause: error });
    noteFailedOpen(request.audited, { webhook, index });
    return undefined;
  }
}
