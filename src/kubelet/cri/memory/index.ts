/**
 * The runtime of simulated nodes: containers as scripted state machines on a clock, copied whole by `fork`. Knows nothing
 * of the API. Start at {@link MemoryRuntime}; {@link Script} says how a container is told what to do.
 */
export { canonicalImage, type ImageBehaviour, MemoryRuntime, type MemoryRuntimeOptions } from "./runtime.ts";
export type { Routes, Serve, SimulatedRequest, SimulatedResponse } from "./http.ts";
export { HTTP_BODY_BYTES_MAX } from "./http-connection.ts";
export type { ImageScript, Script, ScriptedCommand } from "./script.ts";
