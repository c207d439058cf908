import { gzipSync } from "node:zlib";
import { ProtoWriter } from "../../schema/index.ts";

/** A function at a place in a file. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

/** What was counted at the end of one way through the program. */
export interface Sample {
  /** The innermost frame first. */
  readonly stack: readonly Frame[];
  /** One for each of the profile's types. */
  readonly values: readonly number[];
}

export interface Profile {
  /** What the values of samples are, such as cpu in nanoseconds. */
  readonly types: readonly { readonly type: string; readonly unit: string }[];
  readonly samples: readonly Sample[];
  /** When it was begun, since the epoch. */
  readonly startMs: number;
  readonly durationMs: number;
}

const NANOS_PER_MS = 1e6;

/** A profile in the form that `go tool pprof` reads. */
export function pprofBytes({ types, samples, startMs, durationMs }: Profile): Uint8Array {
  const writer = new ProtoWriter();
  const strings = new Numbers<string>(0);
  strings.of("");
  for (const { type, unit } of types)
    writer.message(1, () => {
      number(writer, 1, strings.of(type));
      number(writer, 2, strings.of(unit));
    });
  const functions = new Numbers<string>(1);
  const locations = new Numbers<string>(1);
  const frames = new Map<number, { readonly frame: Frame; readonly functionId: number }>();
  const locationOf = (frame: Frame) => {
    const functionId = functions.of(`${frame.functionName}\n${frame.url}`);
    const id = locations.of(`${functionId}:${frame.lineNumber}`);
    if (!frames.has(id)) frames.set(id, { frame, functionId });
    return id;
  };
  for (const { stack, values } of samples)
    writer.message(2, () => {
      for (const frame of stack) number(writer, 1, locationOf(frame));
      for (const value of values) number(writer, 2, Math.round(value));
    });
  const named = new Set<number>();
  for (const [id, { frame, functionId }] of frames) {
    writer.message(4, () => {
      number(writer, 1, id);
      writer.message(4, () => {
        number(writer, 1, functionId);
        number(writer, 2, frame.lineNumber + 1);
      });
    });
    if (named.has(functionId)) continue;
    named.add(functionId);
    writer.message(5, () => {
      number(writer, 1, functionId);
      number(writer, 2, strings.of(frame.functionName || "(anonymous)"));
      number(writer, 4, strings.of(frame.url));
    });
  }
  for (const text of strings.all) writer.text(6, text);
  number(writer, 9, Math.round(startMs * NANOS_PER_MS));
  number(writer, 10, Math.round(durationMs * NANOS_PER_MS));
  return gzipSync(writer.finish());
}

function number(writer: ProtoWriter, field: number, value: number): void {
  writer.tag(field, 0);
  writer.varint(value);
}

/** Gives out numbers, the same one for what is the same. */
class Numbers<T> {
  readonly #known = new Map<T, number>();
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  of(value: T): number {
    let id = this.#known.get(value);
    if (id === undefined) this.#known.set(value, (id = this.#known.size + this.#first));
    return id;
  }

  get all(): Iterable<T> {
    return this.#known.keys();
  }
}
