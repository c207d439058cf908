import { GrpcError } from "./status.ts";

/** What requests may take of memory before they are answered, on one connection or on all together. */
export class Intake {
  readonly #limitBytes: number;
  readonly #all: Intake | undefined;
  #heldBytes = 0;

  constructor(limitBytes: number, all?: Intake) {
    this.#limitBytes = limitBytes;
    this.#all = all;
  }

  /** Says whether there was room. */
  take(bytes: number): boolean {
    if (this.#heldBytes + bytes > this.#limitBytes || this.#all?.take(bytes) === false) return false;
    this.#heldBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#all?.give(bytes);
  }
}

/** What one call has taken of it. */
export class CallIntake {
  readonly #intake: Intake;
  #heldBytes = 0;
  #isOver = false;

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  take(bytes: number): void {
    if (this.#isOver) return;
    if (!this.#intake.take(bytes))
      throw new GrpcError("resourceExhausted", "read request: the server holds too many that are not answered yet");
    this.#heldBytes += bytes;
  }

  give(bytes: number): void {
    if (this.#isOver) return;
    this.#heldBytes -= bytes;
    this.#intake.give(bytes);
  }

  /** The call is answered, and its client has gone or knows it. */
  end(): void {
    this.give(this.#heldBytes);
    this.#isOver = true;
  }
}
