import type { Answer, Operation } from "./history.ts";

/** A key as one register: what it holds, and since which revision. */
interface Register {
  readonly value: string | undefined;
  readonly modRevision: number;
}

const EMPTY: Register = { value: undefined, modRevision: 0 };

/**
 * Whether the operations on one key could have happened one after the other, each at some instant between its call and its
 * return: the search of Wing and Gong, remembering (as Lowe does) which sets of operations were tried from which state.
 * Operations whose end nobody heard may take effect at any time after their call, or not at all.
 */
export function isLinearizable(operations: readonly Operation[]): boolean {
  return isLinearizableFrom(EMPTY, operations);
}

/** The same for operations that begin with whatever one of earlier operations may have left: also if it was answered and is lost. */
export function isLinearizableFromAny(operations: readonly Operation[], earlier: readonly Operation[]): boolean {
  const left = earlier.flatMap(({ request, returned }): Register[] => {
    if (request.type === "get" || request.type === "delete") return [];
    const answer = returned?.answer;
    if (answer?.type === "refused") return [];
    return [{ value: request.value, modRevision: answer?.type === "wrote" ? answer.revision : UNKNOWN }];
  });
  return [EMPTY, ...left].some((state) => isLinearizableFrom(state, operations));
}

function isLinearizableFrom(start: Register, operations: readonly Operation[]): boolean {
  const sorted = [...operations].sort((a, b) => a.calledAt - b.calledAt);
  const mustHappen = sorted.reduce((mask, { returned }, index) => (returned ? mask | (1n << BigInt(index)) : mask), 0n);
  const tried = new Set<string>();
  const stack: Array<{ done: bigint; state: Register }> = [{ done: 0n, state: start }];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if ((at.done & mustHappen) === mustHappen) return true;
    const seen = `${at.done}/${at.state.modRevision}/${at.state.value}`;
    if (tried.has(seen)) continue;
    tried.add(seen);
    for (const index of candidates(sorted, at.done)) {
      const next = step(at.state, sorted[index]!);
      if (next) stack.push({ done: at.done | (1n << BigInt(index)), state: next });
    }
  }
  return false;
}

/** Operations that may be next: those called before any other open one has returned. */
function candidates(sorted: readonly Operation[], done: bigint): number[] {
  const open: number[] = [];
  let firstReturn = Number.POSITIVE_INFINITY;
  for (let index = 0; index < sorted.length; index++) {
    const { calledAt, returned } = sorted[index]!;
    if (calledAt > firstReturn) break;
    if (done & (1n << BigInt(index))) continue;
    open.push(index);
    firstReturn = Math.min(firstReturn, returned?.at ?? Number.POSITIVE_INFINITY);
  }
  return open.filter((index) => sorted[index]!.calledAt < firstReturn);
}

/** The register after an operation; undefined when its answer contradicts what the register holds. */
function step(state: Register, { request, returned }: Operation): Register | undefined {
  const answer = returned?.answer;
  switch (request.type) {
    case "get":
      return answer ? seen(state, answer) : state;
    case "put":
      return answer && answer.type !== "wrote" ? undefined : written(state, request.value, answer);
    case "putAt": {
      const isUnknown = state.modRevision === UNKNOWN && request.revision !== 0;
      const holds = state.modRevision === request.revision || isUnknown;
      if (!answer) return holds ? written(state, request.value, undefined) : state;
      if (answer.type === "refused") return holds && !isUnknown ? undefined : state;
      return holds ? written(state, request.value, answer) : undefined;
    }
    case "delete": {
      const exists = state.modRevision !== 0;
      if (answer?.type === "refused") return exists ? undefined : state;
      if (answer && !exists) return undefined;
      return EMPTY;
    }
    default:
      return request satisfies never;
  }
}

/** The register after a read: a revision that nobody knew is known then. */
function seen(state: Register, answer: Answer): Register | undefined {
  if (answer.type !== "got" || answer.value !== state.value) return undefined;
  const { modRevision } = answer;
  return state.modRevision === UNKNOWN || modRevision === state.modRevision ? { ...state, modRevision } : undefined;
}

/** The revision of a write whose answer was lost. */
const UNKNOWN = -1;

function written(state: Register, value: string, answer: Answer | undefined): Register | undefined {
  if (answer?.type !== "wrote") return { value, modRevision: UNKNOWN };
  // Revisions only grow.
  return answer.revision > state.modRevision ? { value, modRevision: answer.revision } : undefined;
}
