import type { Log } from "../base/index.ts";
import type { ImageBehaviour } from "../kubelet/index.ts";
import { ConfigError } from "./errors.ts";

export interface ClusterOptions {
  /** Simulated nodes. Default 1. */
  readonly nodes?: number;
  /** `virtual`: time moves only in `settle` and `advance`, and the same seed gives the same run. Default virtual. */
  readonly clock?: "virtual" | "real";
  readonly seed?: number | string;
  /**
   * What containers of these images do and answer, by image name with or without a tag. A pod's annotation
   * `sim.navarch.dev/script` goes before it.
   */
  readonly images?: Readonly<Record<string, ImageBehaviour>>;
  readonly log?: Log;
}

const NAMES: Readonly<Record<keyof ClusterOptions, true>> = {
  nodes: true,
  clock: true,
  seed: true,
  images: true,
  log: true,
};

/** Throws for what a caller without types has misspelt: it would be passed over. */
export function checkOptions(options: ClusterOptions): void {
  const { nodes = 1, clock = "virtual" } = options;
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined)
    throw new ConfigError(`start cluster: got option ${unknown}, wanted one of ${Object.keys(NAMES).join(", ")}`);
  if (!Number.isInteger(nodes) || nodes < 0)
    throw new ConfigError(`start cluster: got ${JSON.stringify(nodes)} nodes, wanted a whole number from 0`);
  if (clock !== "virtual" && clock !== "real")
    throw new ConfigError(`start cluster: got clock ${JSON.stringify(clock)}, wanted "virtual" or "real"`);
}
