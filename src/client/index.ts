/**
 * Typed access to an API server over a transport: in process or HTTPS. Knows no component and runs nothing by itself.
 * Start at {@link Client}.
 */
export type {
  ApplyOptions,
  Client,
  DeleteCollectionOptions,
  DeleteOptions,
  GetOptions,
  JsonOptions,
  ListOptions,
  ObjectKey,
  ObjectList,
  PatchOptions,
  PropagationPolicy,
  RawRequest,
  ResourceReference,
  SelfNamed,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
export { type ClientOptions, createClient } from "./create.ts";
export { answerOf, frames } from "./decode.ts";
export { dynamicKind } from "./dynamic.ts";
export { queryOf, resourcePath } from "./path.ts";
export {
  type Connection,
  type KubeconfigContent,
  type LoadOptions,
  loadKubeconfig,
  writeKubeconfig,
} from "./kubeconfig.ts";
export {
  type ConnectionOptions,
  copyingTransport,
  directTransport,
  type HttpsTransport,
  httpsTransport,
  forTheWire,
} from "./transport.ts";
