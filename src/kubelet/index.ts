/**
 * The kubelet: brings the pods that are bound to its node to life on a container runtime and tells the API server what
 * became of them. Meets other components at the API only; knows its machine through `host` and its runtime through `cri`.
 * Start at {@link runKubelet}; what a pod needs is decided in `sync/plan.ts`.
 */
export type {
  ImageBehaviour,
  ImageScript,
  Routes,
  Runtime,
  Script,
  ScriptedCommand,
  Serve,
  SimulatedRequest,
  SimulatedResponse,
} from "./cri/index.ts";
export { type Host, missingPrograms, type SimulatedMachine, whyNoNodeHere } from "./host/index.ts";
export type { Kubelet, KubeletParts } from "./kubelet.ts";
export type { KubeletOptions } from "./options.ts";
export {
  type Architecture,
  buildOciArchive,
  busyboxFiles,
  type ImageConfig,
  type ImageFile,
  type ImageInput,
} from "./pause/index.ts";
export {
  type ForeignBridge,
  foreignBridges,
  type RealKubelet,
  type RealKubeletOptions,
  removeRealNode,
  startRealKubelet,
} from "./real.ts";
export { kubeletHandler } from "./server/index.ts";
export {
  createSimulation,
  dialSimulated,
  type SimulatedTarget,
  type Simulation,
  type SimulationOptions,
  startSimulatedKubelet,
} from "./simulated.ts";
