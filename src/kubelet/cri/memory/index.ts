/**
 * The runtime of simulated nodes: containers as scripted state machines on a clock, copied whole by `fork`. Knows nothing
 * of the API. Start at {@link MemoryRuntime}; {@link Script} says how a container is told what to do.
 */
export { canonicalImage, type ImageBehaviour, MemoryRuntime, type MemoryRuntimeOptions } from "./runtime.ts";
export type { Script, ScriptedCommand } from "./script.ts";
