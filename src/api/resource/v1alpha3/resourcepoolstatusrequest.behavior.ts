import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  caselessSubdomainProblems,
  dnsSubdomainProblems,
  IMMUTABLE,
  invalidValue,
  problemsAt,
  required,
  tooLong,
  tooMany,
  validateConditions,
} from "../../validation/index.ts";
import type {
  PoolStatus,
  ResourcePoolStatusRequest,
  ResourcePoolStatusRequestSpec,
} from "./resourcepoolstatusrequest.ts";

const POOL_NAME_BYTES_MAX = 253;
const LIMIT_MAX = 1000;
const POOLS_MAX = 1000;
const CONDITIONS_MAX = 10;
const ERROR_BYTES_MAX = 256;

/** What a request's declaration can't say. */
export const resourcePoolStatusRequestBehavior: KindBehavior<ResourcePoolStatusRequest> = {
  requiresVersion: true,
  generation: false,
  prepareCreate: (request) => {
    delete (request as { status?: unknown }).status;
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => (jsonEqual(spec, old.spec) ? [] : [invalidValue("spec", null, IMMUTABLE)]),
  validateStatusUpdate: ({ status }) => validateStatus(status),
};

function validateSpec({ driver, poolName, limit }: ResourcePoolStatusRequestSpec): FieldError[] {
  return [
    ...validateDriverName("spec.driver", driver),
    ...(poolName === undefined ? [] : validatePoolName("spec.poolName", poolName)),
    ...validateLeast("spec.limit", limit, 1),
    ...(limit !== undefined && limit > LIMIT_MAX
      ? [invalidValue("spec.limit", limit, `must be less than or equal to ${LIMIT_MAX}`)]
      : []),
  ];
}

function validateStatus(status: ResourcePoolStatusRequest["status"]): FieldError[] {
  if (!status) return [];
  const { poolCount, pools = [], conditions = [] } = status;
  return [
    ...(poolCount === undefined ? [required("status.poolCount")] : validateLeast("status.poolCount", poolCount, 0)),
    ...(pools.length > POOLS_MAX
      ? [tooMany("status.pools", pools.length, POOLS_MAX)]
      : pools.flatMap((pool, index) => validatePool(`status.pools[${index}]`, pool))),
    ...(conditions.length > CONDITIONS_MAX
      ? [tooMany("status.conditions", conditions.length, CONDITIONS_MAX)]
      : validateConditions("status.conditions", conditions)),
  ];
}

function validatePool(path: string, pool: PoolStatus): FieldError[] {
  const { driver = "", poolName = "", generation, nodeName, validationError = "" } = pool;
  return [
    ...validateDriverName(`${path}.driver`, driver),
    ...(poolName === "" ? [required(`${path}.poolName`)] : validatePoolName(`${path}.poolName`, poolName)),
    ...(generation ? validateLeast(`${path}.generation`, generation, 0) : [required(`${path}.generation`)]),
    ...validateLeast(`${path}.resourceSliceCount`, pool.resourceSliceCount, 1),
    ...(["totalDevices", "allocatedDevices", "availableDevices", "unavailableDevices"] as const).flatMap((field) =>
      validateLeast(`${path}.${field}`, pool[field], 0),
    ),
    ...(nodeName === undefined
      ? []
      : problemsAt(`${path}.nodeName`, nodeName, dnsSubdomainProblems(nodeName, "bytes"))),
    ...(Buffer.byteLength(validationError) > ERROR_BYTES_MAX
      ? [tooLong(`${path}.validationError`, ERROR_BYTES_MAX)]
      : []),
  ];
}

function validateDriverName(path: string, driver: string): FieldError[] {
  return driver ? problemsAt(path, driver, caselessSubdomainProblems(driver)) : [required(path)];
}

/** Subdomains joined by slashes, each told with its place. */
function validatePoolName(path: string, name: string): FieldError[] {
  const segments = name.split("/").flatMap((segment, index) => {
    const problems = segment === "" ? ["must not be empty"] : dnsSubdomainProblems(segment, "bytes");
    return problems.map((problem) => `segment ${index}: ${problem}`);
  });
  const length = Buffer.byteLength(name) > POOL_NAME_BYTES_MAX ? [tooLong(path, POOL_NAME_BYTES_MAX)] : [];
  return [...length, ...problemsAt(path, name, segments)];
}

function validateLeast(path: string, value: number | bigint | undefined, least: number): FieldError[] {
  return value === undefined || value >= least
    ? []
    : [invalidValue(path, value, `must be greater than or equal to ${least}`)];
}
