import { raw, string, struct, type Infer } from "../../../schema/index.ts";

export const WatchEvent = struct("io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent", () => ({
  type: string(1, { always: true, required: true }),
  object: raw(2, { always: true, required: true }),
}));
export interface WatchEvent extends Infer<typeof WatchEvent> {}
