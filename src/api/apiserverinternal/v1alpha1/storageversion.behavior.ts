import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  dnsLabel1035Problems,
  dnsSubdomainProblems,
  duplicateValue,
  invalidValue,
  problemsAt,
  qualifiedNameProblems,
  required,
} from "../../validation/index.ts";
import type { ServerStorageVersion, StorageVersion, StorageVersionCondition } from "./storageversion.ts";

const VERSION_RULE =
  "an apiVersion is a DNS-1035 label, which must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyVersion')";

/** What the declaration of a resource's stored versions can't say. */
export const storageVersionBehavior: KindBehavior<StorageVersion> = {
  requiresVersion: true,
  metadataLooks: [],
  generation: false,
  nameRule: "own",
  nameProblems: (_, name) => nameProblems(name),
  prepareCreate: (versions) => {
    versions.status = {};
  },
  validate: () => [],
  validateStatusUpdate: ({ status }) => validateStatus(status),
};

/** The group, which may have dots, and the resource. */
function nameProblems(name: string): string[] {
  const dot = name.lastIndexOf(".");
  if (dot < 0) return ["name must be in the form of <group>.<resource>"];
  return [
    ...dnsSubdomainProblems(name.slice(0, dot)).map((problem) => `the group segment ${problem}`),
    ...dnsLabel1035Problems(name.slice(dot + 1)).map((problem) => `the resource segment ${problem}`),
  ];
}

function validateStatus({ storageVersions = [], commonEncodingVersion, conditions = [] }: StorageVersion["status"]) {
  const seen = new Set<string>();
  const errors = storageVersions.flatMap((server, index) => {
    const path = `status.storageVersions[${index}]`;
    const { apiServerID = "" } = server;
    const twice = seen.has(apiServerID) ? [duplicateValue(`${path}.apiServerID`, apiServerID)] : [];
    seen.add(apiServerID);
    return [...twice, ...validateServer(path, server)];
  });
  return [
    ...errors,
    ...validateCommon(storageVersions, commonEncodingVersion),
    ...conditions.flatMap((one, index) => validateCondition(one, index, conditions)),
  ];
}

function validateServer(path: string, server: ServerStorageVersion): FieldError[] {
  const { apiServerID = "", encodingVersion = "", decodableVersions = [], servedVersions = [] } = server;
  const errors = [
    ...problemsAt(`${path}.apiServerID`, apiServerID, dnsSubdomainProblems(apiServerID)),
    ...problemsAt(`${path}.encodingVersion`, encodingVersion, versionProblems(encodingVersion)),
  ];
  for (const [index, version] of decodableVersions.entries())
    errors.push(...problemsAt(`${path}.decodableVersions[${index}]`, version, versionProblems(version)));
  if (!decodableVersions.includes(encodingVersion)) {
    const detail = `decodableVersions must include encodingVersion ${encodingVersion}`;
    errors.push(invalidValue(`${path}.decodableVersions`, server.decodableVersions ?? null, detail));
  }
  for (const [index, version] of servedVersions.entries()) {
    const at = `${path}.servedVersions[${index}]`;
    errors.push(...problemsAt(at, version, versionProblems(version)));
    if (decodableVersions.includes(version)) continue;
    const detail = `individual served version : ${version} must be included in decodableVersions : [${decodableVersions.join(" ")}]`;
    errors.push(invalidValue(at, version, detail));
  }
  return errors;
}

function versionProblems(version: string): string[] {
  const [first = "", second, ...rest] = version.split("/");
  if (rest.length > 0) return [VERSION_RULE];
  const group = second === undefined ? [] : partProblems("group part: ", first, dnsSubdomainProblems);
  return [...group, ...partProblems("version part: ", second ?? first, dnsLabel1035Problems)];
}

function partProblems(part: string, text: string, problemsOf: (text: string) => string[]): string[] {
  const empty = text === "" ? ["must be non-empty"] : [];
  return [...empty, ...problemsOf(text)].map((problem) => part + problem);
}

/** The version that all servers write, if there is one. */
function validateCommon(servers: readonly ServerStorageVersion[], common: string | undefined): FieldError[] {
  const path = "status.commonEncodingVersion";
  const versions = new Set(servers.map(({ encodingVersion }) => encodingVersion ?? ""));
  const [version] = versions;
  if (versions.size !== 1) {
    const detail =
      "should be nil if servers do not agree on the same encoding version, or if there is no server reporting the supported versions yet";
    return common === undefined ? [] : [invalidValue(path, common, detail)];
  }
  return common === version ? [] : [invalidValue(path, common ?? null, `the common encoding version is ${version}`)];
}

function validateCondition(
  { type = "", reason = "", message = "" }: StorageVersionCondition,
  index: number,
  all: readonly StorageVersionCondition[],
): FieldError[] {
  const path = `status[${index}]`;
  const first = all.findIndex((one) => one.type === type);
  const detail = `the type of the condition is not unique, it also appears in conditions[${first}]`;
  return [
    ...(first < index ? [invalidValue(`${path}.type`, type, detail)] : []),
    ...problemsAt(`${path}.type`, type, qualifiedNameProblems(type)),
    ...(reason === "" ? [required(`${path}.reason`)] : []),
    ...(message === "" ? [required(`${path}.message`)] : []),
  ];
}
