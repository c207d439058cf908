import type { AdmissionRequest } from "../../contracts.ts";
import type { Configured, Webhook } from "./webhook.ts";

type Audited = AdmissionRequest["audited"];

const DOMAIN = "webhook.admission.k8s.io";

interface Place extends Pick<Configured, "webhook" | "configuration"> {
  readonly round: number;
  /** Of the webhook among all. */
  readonly index: number;
}

/** What is noted of one webhook that may change a request. */
export class MutationNotes {
  readonly #audited: Audited;
  readonly #place: Place;

  constructor(audited: Audited, place: Place) {
    this.#audited = audited;
    this.#place = place;
  }

  /** It was asked. */
  asked(mutated: boolean): void {
    this.#note("mutation", JSON.stringify({ ...this.#names, mutated }));
  }

  patched(patch: readonly unknown[]): void {
    if (!this.#audited?.has("Request")) return;
    this.#note("patch", JSON.stringify({ ...this.#names, patch, patchType: "JSONPatch" }));
  }

  /** It couldn't be asked, which is ignored. */
  failedOpen(): void {
    this.#note("failed-open.mutation", this.#place.webhook.name);
  }

  get #names() {
    const { configuration, webhook } = this.#place;
    return { configuration, webhook: webhook.name };
  }

  #note(what: string, value: string): void {
    const { round, index } = this.#place;
    this.#audited?.annotate(`${what}.${DOMAIN}/round_${round}_index_${index}`, value);
  }
}

/** A webhook that may refuse couldn't be asked, which is ignored. */
export function noteFailedOpen(audited: Audited, { webhook, index }: { webhook: Webhook; index: number }): void {
  audited?.annotate(`failed-open.validating.${DOMAIN}/round_0_index_${index}`, webhook.name);
}
