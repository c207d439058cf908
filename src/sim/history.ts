/** What one operation asked of one key. */
export type Request =
  | { readonly type: "get" }
  | { readonly type: "put"; readonly value: string }
  /** Only if the key is at this revision; 0: only if it isn't there. */
  | { readonly type: "putAt"; readonly value: string; readonly revision: number }
  | { readonly type: "delete" };

/** What came back. */
export type Answer =
  | { readonly type: "got"; readonly value: string | undefined; readonly modRevision: number }
  /** A write that happened, and at which revision. */
  | { readonly type: "wrote"; readonly revision: number }
  /** A condition did not hold, or there was nothing to delete. */
  | { readonly type: "refused" };

/** One operation of one client, with the places of its call and its return in the order of all calls and returns. */
export interface Operation {
  readonly client: number;
  readonly key: string;
  readonly request: Request;
  /** How often the store had gone down before the call. */
  readonly epoch: number;
  readonly calledAt: number;
  /** Absent: nobody heard how it ended; it may have happened, at any time after the call, or not. */
  readonly returned?: { readonly at: number; readonly answer: Answer };
}

/** Takes down operations as they are called and as they return. */
export class History {
  readonly operations: Operation[] = [];
  #place = 0;

  /** Notes a call; the returned function notes its end. One that is never called leaves the end open. */
  call(operation: Omit<Operation, "calledAt" | "returned">): {
    ended(answer: Answer): void;
    /** It is certain that nothing happened. */
    never(): void;
  } {
    const index = this.operations.length;
    const noted: Operation = { ...operation, calledAt: this.#place++ };
    this.operations.push(noted);
    return {
      ended: (answer) => {
        this.operations[index] = { ...noted, returned: { at: this.#place++, answer } };
      },
      never: () => {
        this.operations[index] = { ...noted, request: { type: "get" } };
      },
    };
  }

  byKey(): Map<string, Operation[]> {
    return Map.groupBy(this.operations, ({ key }) => key);
  }
}

/** An operation in one line, for messages. */
export function operationLine({ client, request, returned, calledAt }: Operation): string {
  const asked = "value" in request ? `${request.type} ${request.value}` : request.type;
  const condition = request.type === "putAt" ? ` if at ${request.revision}` : "";
  return `client ${client} [${calledAt}, ${returned?.at ?? "open"}] ${asked}${condition} -> ${returned ? JSON.stringify(returned.answer) : "unknown"}`;
}
