import { jsonEqual } from "../../../base/index.ts";
import { internal, type KindDefinition } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { type Changer, Rounds } from "../rounds.ts";
import { CallError } from "./caller.ts";
import { consult, isWanted, matchingOf, type WebhookParts } from "./consult.ts";
import { MutationNotes } from "./notes.ts";
import { operationsIn, patched } from "./patch.ts";
import { ChangedView } from "./views.ts";
import { type Configured, configuredWebhooks, MUTATING, versionFor } from "./webhook.ts";

/** Changes requests as webhooks say, one after the other. */
export function mutatingWebhooks(parts: WebhookParts): AdmissionPlugin {
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

interface Round extends WebhookParts {
  readonly request: AdmissionRequest;
  readonly view: ChangedView;
  readonly round: number;
}

async function changersOf(all: readonly Configured[], round: Round): Promise<readonly Changer[]> {
  const matching = await matchingOf(round.request, round.options);
  return all.map((configured, index) => {
    const { view } = round;
    let version: KindDefinition | undefined;
    return {
      key: configured.key,
      isAskedAgain: configured.webhook.reinvocationPolicy === "IfNeeded",
      isConcerned: async () => {
        version = versionFor(configured.webhook, matching(view.shown));
        return version !== undefined && holdsFor(configured, version, round);
      },
      change: async () => {
        const notes = new MutationNotes(view.shown.audited, { ...configured, round: round.round, index });
        return mutate(configured, await view.in(version!), { ...round, notes });
      },
    };
  });
}

/** Only those with conditions need to see it to say so. */
async function holdsFor({ webhook }: Configured, version: KindDefinition, round: Round): Promise<boolean> {
  if (!webhook.matchConditions?.length) return true;
  return isWanted(webhook, await round.view.in(version), { ...round, isMutating: true });
}

/** Whether the webhook changed the object. */
async function mutate(
  { webhook }: Configured,
  request: AdmissionRequest,
  { notes, ...round }: Round & { readonly notes: MutationNotes },
): Promise<boolean> {
  const { metrics, view } = round;
  const { name } = webhook;
  const looked = { name, isMutating: true, operation: request.operation };
  const outcome = { startedMs: metrics.now(), isIgnored: webhook.failurePolicy === "Ignore" };
  let isChanged = false;
  try {
    const answer = await consult(webhook, request, { ...round, isMutating: true });
    const operations = operationsIn(answer);
    if (operations.length > 0) {
      const made = patched(request, operations, { answer, name });
      isChanged = view.isUnread || !jsonEqual(made, request.object);
      notes.patched(operations);
      view.change(made);
    }
    metrics.called(looked, outcome);
    return isChanged;
  } catch (error) {
    metrics.called(looked, { ...outcome, error });
    if (!(error instanceof CallError)) throw error;
    if (!outcome.isIgnored)
      throw internal(`failed calling webhook ${JSON.stringify(name)}: ${error.message}`, { cause: error });
    notes.failedOpen();
    return false;
  } finally {
    notes.asked(isChanged);
  }
}
