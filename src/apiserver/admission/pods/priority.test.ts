import assert from "node:assert/strict";
import { test } from "node:test";
import { PriorityClass } from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { priority } from "./priority.ts";

function classes(operation: string, name: string, object: object): AdmissionRequest {
  const existing = [{ metadata: { name: "first" }, value: 1, globalDefault: true }];
  const reads = { list: async () => existing };
  return { operation, kind: PriorityClass, name, object, reads } as unknown as AdmissionRequest;
}

test("only one priority class is the default", async () => {
  const second = classes("CREATE", "second", { globalDefault: true });
  const message =
    'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass first is already marked as default. Only one default can exist';
  await assert.rejects(async () => priority.validate!(second), { message });
  await priority.validate!(classes("UPDATE", "first", { globalDefault: true }));
  await priority.validate!(classes("CREATE", "second", { globalDefault: false }));
});

test("an update that leaves a pod's priority out keeps it", async () => {
  const update = (spec: object, old: object) =>
    priority.admit!({
      operation: "UPDATE",
      kind: { group: "", plural: "pods" },
      subresource: "",
      object: { spec },
      oldObject: { spec: old },
    } as unknown as AdmissionRequest);
  const [silent, telling] = [{}, { priority: 2 }];
  await update(silent, { priority: 1, preemptionPolicy: "Never" });
  await update(telling, { priority: 1 });
  assert.deepEqual([silent, telling], [{ priority: 1, preemptionPolicy: "Never" }, { priority: 2 }]);
});
