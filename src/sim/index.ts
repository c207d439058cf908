/**
 * Simulation: a seed in, a verdict out. Parts of a cluster under virtual time while everything around them fails; what
 * happened is checked against what the parts promise. Nothing imports it. Start at {@link runStore} and {@link runApi}.
 */
export { runApi } from "./api-run.ts";
export type { ApiSabotage } from "./api-world.ts";
export { isLinearizable } from "./linearizability.ts";
export type { StoreSabotage } from "./store-machine.ts";
export { runStore } from "./store-run.ts";
export type { Verdict } from "./world.ts";
