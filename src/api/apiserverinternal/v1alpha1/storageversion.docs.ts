import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  StorageVersionStatus,
  StorageVersionCondition,
  ServerStorageVersion,
  StorageVersionSpec,
  StorageVersion,
} from "./storageversion.ts";

export const storageversionDocs: readonly StructDoc[] = [
  doc(StorageVersionStatus, "Which versions the API servers have of a resource.", {
    storageVersions: "What each server says.",
    commonEncodingVersion: "Version that all servers store as; absent while they differ.",
    conditions: "Aspects of the state, such as AllEncodingVersionsEqual.",
  }),
  doc(StorageVersionCondition, "One aspect of a storage version's state.", {
    ...CONDITION,
    observedGeneration: "The metadata.generation of the object that this condition is about.",
  }),
  doc(ServerStorageVersion, "Which versions one API server has of a resource.", {
    apiServerID: "Id of the server.",
    encodingVersion: "Version that the server stores objects as.",
    decodableVersions: "Versions that the server can read from the store.",
    servedVersions: "Versions that the server serves.",
  }),
  doc(StorageVersionSpec, "Nothing to say.", {}),
  ...kindDocs(StorageVersion, "Which version of a resource each API server stores; the servers write it.", {
    spec: "Empty: the servers speak in the status.",
    status: "What the servers say.",
  }),
];
