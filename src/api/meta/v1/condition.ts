import { int64, string, struct, time, type Infer } from "../../../schema/index.ts";

export const Condition = struct("io.k8s.apimachinery.pkg.apis.meta.v1.Condition", () => ({
  type: string(1, {
    always: true,
    required: true,
    rules: [
      "Pattern=`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`",
      "MaxLength=316",
    ],
  }),
  status: string(2, { always: true, required: true, rules: ["Enum=True;False;Unknown"] }),
  observedGeneration: int64(3, { rules: ["Minimum=0"] }),
  lastTransitionTime: time(4, { always: true, required: true, rules: ["Type=string", "Format=date-time"] }),
  reason: string(5, {
    always: true,
    required: true,
    rules: ["MaxLength=1024", "MinLength=1", "Pattern=`^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`"],
  }),
  message: string(6, { always: true, required: true, rules: ["MaxLength=32768"] }),
}));
export interface Condition extends Infer<typeof Condition> {}
