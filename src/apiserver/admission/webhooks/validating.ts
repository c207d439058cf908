import { internal, type KindDefinition } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import type { PolicyOptions } from "../policies/policies.ts";
import { CallError, type WebhookCaller } from "./caller.ts";
import { consult, isWanted, matchingOf } from "./consult.ts";
import { noteFailedOpen } from "./notes.ts";
import { Views } from "./views.ts";
import { configuredWebhooks, VALIDATING, versionFor, type Webhook } from "./webhook.ts";

/** Refuses what webhooks say no to; they are asked at the same time. */
export function validatingWebhooks(caller: WebhookCaller, options: PolicyOptions): AdmissionPlugin {
  return {
    name: "ValidatingAdmissionWebhook",
    seesConnections: true,
    isIdle: (reads) => reads.isEmpty(VALIDATING),
    async validate(request) {
      const views = new Views(request);
      const relevant = await relevantWebhooks(request, { views, options });
      const failures: unknown[] = [];
      await Promise.all(
        relevant.map(async ({ webhook, version }, index) => {
          const problem = await judge(webhook, await views.in(version), { caller, options, index });
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
  { views, options }: { readonly views: Views; readonly options: PolicyOptions },
): Promise<readonly Relevant[]> {
  const all = await configuredWebhooks(request, VALIDATING);
  if (all.length === 0) return [];
  const matching = (await matchingOf(request, options))(request);
  const relevant: Relevant[] = [];
  for (const { webhook } of all) {
    const version = versionFor(webhook, matching);
    if (version && (await isWanted(webhook, await views.in(version), options))) relevant.push({ webhook, version });
  }
  return relevant;
}

interface Judging {
  readonly caller: WebhookCaller;
  readonly options: PolicyOptions;
  readonly index: number;
}

/** Why a webhook keeps a request from being served; nothing when it doesn't. */
async function judge(webhook: Webhook, request: AdmissionRequest, { index, ...asking }: Judging): Promise<unknown> {
  try {
    await consult(webhook, request, { ...asking, isMutating: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof CallError)) return error;
    if (webhook.failurePolicy !== "Ignore")
      return internal(`failed calling webhook ${JSON.stringify(webhook.name)}: ${error.message}`, { cause: error });
    noteFailedOpen(request.audited, { webhook, index });
    return undefined;
  }
}
