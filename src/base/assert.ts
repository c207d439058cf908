/** Thrown when an invariant of our own is broken: the component that threw it must stop. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

/** Stops the component when `condition` does not hold. Not for bad input, which is an operating error. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BrokenInvariant(message);
}

/** For the default branch of a switch over a union. */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`unreachable: ${JSON.stringify(value)}`);
}
