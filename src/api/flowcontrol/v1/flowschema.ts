import { ref } from "../../../schema/index.ts";
import { kind, type InferKind } from "../../kind.ts";
import { FlowSchemaSpec, FlowSchemaStatus } from "./flowschema.types.ts";

export * from "./flowschema.types.ts";

export const FlowSchema = kind({
  name: "io.k8s.api.flowcontrol.v1.FlowSchema",
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  kind: "FlowSchema",
  plural: "flowschemas",
  scope: "Cluster",
  rules: { statusKeeps: "metadata" },
  subresources: [{ name: "status", verbs: ["get", "patch", "update"] }],
  fields: () => ({
    spec: ref(2, FlowSchemaSpec),
    status: ref(3, FlowSchemaStatus),
  }),
});
export interface FlowSchema extends InferKind<typeof FlowSchema> {}
