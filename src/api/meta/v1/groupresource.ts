import { string, struct, type Infer } from "../../../schema/index.ts";

export const GroupResource = struct("io.k8s.apimachinery.pkg.apis.meta.v1.GroupResource", () => ({
  group: string(1, { always: true, required: true }),
  resource: string(2, { always: true, required: true }),
}));
export interface GroupResource extends Infer<typeof GroupResource> {}
