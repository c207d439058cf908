import { int64, raw } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";

export const ControllerRevision = kind({
  name: "io.k8s.api.apps.v1.ControllerRevision",
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  scope: "Namespaced",
  fields: () => ({
    data: raw(2),
    revision: int64(3, { always: true, required: true }),
  }),
});
export interface ControllerRevision extends InferKind<typeof ControllerRevision> {}
