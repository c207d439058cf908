import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  ResourcePoolStatusRequestStatus,
  PoolStatus,
  ResourcePoolStatusRequestSpec,
  ResourcePoolStatusRequest,
} from "./resourcepoolstatusrequest.ts";

export const resourcepoolstatusrequestDocs: readonly StructDoc[] = [
  doc(ResourcePoolStatusRequestStatus, "How much of some pools is in use.", {
    poolCount: "Pools that match, those beyond the limit too.",
    pools: "What each pool has; sorted by driver and name.",
    conditions: "Complete or Failed, once it is answered.",
  }),
  doc(PoolStatus, "How much of a pool is in use.", {
    driver: "Name of the driver.",
    poolName: "Name of the pool.",
    generation: "Generation of the pool.",
    resourceSliceCount: "Slices of the pool.",
    totalDevices: "Devices of the pool.",
    allocatedDevices: "Devices that claims have.",
    availableDevices: "Devices that claims can get.",
    unavailableDevices: "Devices that claims cannot get, such as tainted ones.",
    nodeName: "Node of the pool; absent if it isn't on one.",
    validationError: "What is wrong with the pool, if its numbers cannot be told.",
  }),
  doc(ResourcePoolStatusRequestSpec, "Which pools are asked about; it cannot change.", {
    driver: "Name of the driver.",
    poolName: "Name of the pool; default all of the driver's.",
    limit: "Pools in the answer at most, 1 to 1000; default 100.",
  }),
  ...kindDocs(ResourcePoolStatusRequest, "Asks how many devices of some pools are free; answered once.", {
    spec: "Which pools are asked about.",
    status: "The answer.",
  }),
];
