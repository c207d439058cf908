/** One row of results: what was measured, the figure, its unit. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

/** A measurement. `scale` 1 is the recorded size; tests run it with a small fraction to see that it works. */
export interface Scenario {
  readonly name: string;
  /** One line for `--help` and the recorded file. */
  readonly about: string;
  readonly run: (scale: number) => Promise<readonly Row[]>;
}

/** A size, scaled, at least 1. */
export function scaled(size: number, scale: number): number {
  return Math.max(1, Math.round(size * scale));
}
