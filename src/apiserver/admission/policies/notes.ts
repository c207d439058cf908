import type { Audited } from "../../contracts.ts";

/** A request that a policy is to note and not to refuse. */
interface Failure {
  readonly message: string;
  readonly policy: string;
  readonly binding: string;
  readonly expressionIndex: number;
  readonly validationActions: readonly string[];
}

const FAILURES = "validation.policy.admission.k8s.io/validation_failure";

/** What policies want noted of one request. The same key may be noted by several bindings; a value stands there once. */
export class PolicyNotes {
  readonly #values = new Map<string, Set<string>>();
  readonly #failures: Failure[] = [];

  note(policy: string, key: string, value: string): void {
    const whole = `${policy}/${key}`;
    const known = this.#values.get(whole) ?? new Set();
    this.#values.set(whole, known.add(value));
  }

  failed(failure: Failure): void {
    this.#failures.push(failure);
  }

  /** Gives all of it to what is written of the request. */
  tell(audited: Audited): void {
    for (const [key, values] of this.#values) audited.annotate(key, [...values].join(", "));
    if (this.#failures.length > 0) audited.annotate(FAILURES, JSON.stringify(this.#failures));
  }
}
