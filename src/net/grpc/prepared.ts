import type { WireWriter } from "./wire.ts";

/** The name of the method of a {@link PreparedMessage}: no field of a message can have it. */
export const WRITE_MESSAGE: unique symbol = Symbol("write message");

/**
 * A message that writes itself, for what is sent so often that going through its fields by name costs too much. It goes
 * wherever a message of its type does, whole or as a field of another. A test should compare it with the plain one.
 */
export interface PreparedMessage {
  /** What it takes at most, in bytes; room is made for that once. */
  readonly bytesMax: number;
  /** Appends its fields. */
  [WRITE_MESSAGE](writer: WireWriter): void;
}

export function isPrepared(message: object): message is PreparedMessage {
  return WRITE_MESSAGE in message;
}
