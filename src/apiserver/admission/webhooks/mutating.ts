import { jsonEqual } from "../../../base/index.ts";
import { internal } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import type { PolicyOptions } from "../policies/policies.ts";
import { type Changer, Rounds } from "../rounds.ts";
import { CallError, type WebhookCaller } from "./caller.ts";
import { consult, isWanted, matchingOf } from "./consult.ts";
import { MutationNotes } from "./notes.ts";
import { operationsIn, patched } from "./patch.ts";
import { ChangedView } from "./views.ts";
import { type Configured, configuredWebhooks, MUTATING, versionFor } from "./webhook.ts";

interface Parts {
  readonly caller: WebhookCaller;
  readonly options: PolicyOptions;
}

/** Changes requests as webhooks say, one after the other. */
export function mutatingWebhooks(caller: WebhookCaller, options: PolicyOptions): AdmissionPlugin {
  const parts = { caller, options };
  const rounds = new Rounds();
  return {
    name: "MutatingAdmissionWebhook",
    seesConnections: true,
    isIdle: (reads) => reads.isEmpty(MUTATING),
    async admit(request) {
      const all = await configuredWebhooks(request, MUTATING);
      if (all.length === 0) return false;
      const view = new ChangedView(request);
      return rounds.ask(request, await changersOf(all, { ...parts, request, view, round: 0 }), () => view.settle());
    },
    async admitAgain(request) {
      const view = new ChangedView(request);
      const changers = async () =>
        changersOf(await configuredWebhooks(request, MUTATING), { ...parts, request, view, round: 1 });
      await rounds.askAgain(request, changers, () => view.settle());
    },
  };
}

interface Round extends Parts {
  readonly request: AdmissionRequest;
  readonly view: ChangedView;
  readonly round: number;
}

async function changersOf(all: readonly Configured[], round: Round): Promise<readonly Changer[]> {
  const matching = await matchingOf(round.request, round.options);
  return all.map((configured, index) => ({
    key: configured.key,
    isAskedAgain: configured.webhook.reinvocationPolicy === "IfNeeded",
    change: async () => {
      const { view } = round;
      const { webhook } = configured;
      const version = versionFor(webhook, matching(view.shown));
      if (!version || !(await isConcerned(configured, version, round))) return undefined;
      const notes = new MutationNotes(view.shown.audited, { ...configured, round: round.round, index });
      return mutate(configured, await view.in(version), { ...round, notes });
    },
  }));
}

/** Only those with conditions need to see it to say so. */
async function isConcerned(
  { webhook }: Configured,
  version: NonNullable<ReturnType<typeof versionFor>>,
  { view, options }: Round,
) {
  if (!webhook.matchConditions?.length) return true;
  return isWanted(webhook, await view.in(version), options);
}

/** Whether the webhook changed the object. */
async function mutate(
  { webhook }: Configured,
  request: AdmissionRequest,
  { caller, options, view, notes }: Round & { readonly notes: MutationNotes },
): Promise<boolean> {
  let isChanged = false;
  try {
    const answer = await consult(webhook, request, { caller, options, isMutating: true });
    const operations = operationsIn(answer);
    if (operations.length === 0) return false;
    const made = patched(request, operations, answer, webhook.name);
    isChanged = !jsonEqual(made, request.object);
    notes.patched(operations);
    view.change(made);
    return isChanged;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (webhook.failurePolicy !== "Ignore")
      throw internal(`failed calling webhook ${JSON.stringify(webhook.name)}: ${error.message}`, { cause: error });
    notes.failedOpen();
    return false;
  } finally {
    notes.asked(isChanged);
  }
}
