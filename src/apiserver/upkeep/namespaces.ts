import { isAlreadyExists, type KindDefinition, Namespace } from "../../api/index.ts";
import { systemContext } from "../bootstrap/bootstrap.ts";
import type { ServerCore } from "../core.ts";

const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };

/** Makes a namespace; another request may have been faster. */
export function makeNamespaces(core: ServerCore): (name: string) => Promise<void> {
  const kind = Namespace as unknown as KindDefinition;
  return async (name) => {
    const object = { apiVersion: "v1", kind: kind.kind, metadata: { name } };
    await core
      .registry(kind)
      .create(systemContext(kind, "", name), object, WRITE)
      .catch((error) => {
        if (!isAlreadyExists(error)) throw error;
      });
  };
}
