/**
 * What `import "navarch"` gives: a cluster in a test, and what is needed to use it. Nothing in here but that; what it is made of
 * is in `src/cluster`. `index.js` beside the package's own file passes on the same names.
 */
export {
  type Client,
  Cluster,
  type ClusterListener,
  type ClusterOptions,
  dynamicKind,
  type ImageBehaviour,
  isAlreadyExists,
  isConflict,
  isNotFound,
  kinds,
  type ListenOptions,
  type Routes,
  type Script,
  type ScriptedCommand,
  type SettleOptions,
  type SimulatedRequest,
  type SimulatedResponse,
  StatusError,
} from "../cluster/index.ts";
