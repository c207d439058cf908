import { doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  StorageVersionMigrationStatus,
  StorageVersionMigrationSpec,
  StorageVersionMigration,
} from "./storageversionmigration.ts";

export const storageversionmigrationDocs: readonly StructDoc[] = [
  doc(StorageVersionMigrationStatus, "How far a migration is.", {
    conditions: "Running, Succeeded or Failed.",
    resourceVersion: "Version up to which objects are migrated.",
  }),
  doc(StorageVersionMigrationSpec, "What is migrated.", {
    resource: "Resource whose objects are stored anew; it cannot change.",
  }),
  ...kindDocs(
    StorageVersionMigration,
    "Stores all objects of a resource anew, in the version that the server stores now.",
    {
      spec: "The resource to migrate.",
      status: "How far it is.",
    },
  ),
];
