import type { ApiRequest, ApiResponse } from "../net/message.ts";
import { CustomResourceDefinition, type KindDefinition } from "../api/index.ts";
import type { Revision } from "../store/index.ts";
import { OBJECTS } from "./bootstrap/bootstrap.ts";
import { type ApiServerOptions, serverParts } from "./create.ts";

const DEFINITION = CustomResourceDefinition as unknown as KindDefinition;

/** Answers a request by nothing older than a revision. */
export type HandlerBeside = (request: ApiRequest, revision: Revision) => Promise<ApiResponse>;

/**
 * One more server over the store of another one, which passes it requests that it has let in. What the store holds is the
 * other one's to keep in order.
 */
export function createServerBeside(options: ApiServerOptions): HandlerBeside {
  const { core, definitions } = serverParts(options);
  const { cacher } = core.registry(DEFINITION);
  let served: Revision = 0;
  const serveDefined = async () => {
    const revision = cacher.changedRevision;
    if (revision === served) return;
    await definitions.start();
    served = revision;
  };
  const kinds = [DEFINITION, ...OBJECTS.map(([kind]) => kind)];
  return async (request, revision) => {
    // At once but for the first time.
    await Promise.all(kinds.map((kind) => core.reads.filled(kind)));
    await core.upTo(revision);
    await serveDefined();
    return core.handle(request);
  };
}
