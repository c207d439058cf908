import type { Clock } from "../base/index.ts";

interface Kept<T> {
  readonly answer: T;
  readonly untilMs: number;
}

/** Answers that hold for a while, by question; the ones that were given longest ago are forgotten first. */
export class KeptAnswers<T> {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #max: number;
  readonly #byQuestion = new Map<string, Kept<T>>();

  constructor(clock: Pick<Clock, "monotonicMs">, max: number) {
    this.#clock = clock;
    this.#max = max;
  }

  get(question: string): T | undefined {
    const kept = this.#byQuestion.get(question);
    if (!kept) return undefined;
    if (this.#clock.monotonicMs() < kept.untilMs) return kept.answer;
    this.#byQuestion.delete(question);
    return undefined;
  }

  set(question: string, answer: T, forMs: number): void {
    this.#byQuestion.delete(question);
    if (forMs <= 0) return;
    this.#byQuestion.set(question, { answer, untilMs: this.#clock.monotonicMs() + forMs });
    const [oldest] = this.#byQuestion.size > this.#max ? this.#byQuestion.keys() : [];
    if (oldest !== undefined) this.#byQuestion.delete(oldest);
  }
}
