import { string, struct } from "../../schema/index.ts";

const needed = (number: number) => string(number, { required: true, default: "" });

/** What /version answers, as documents describe it. */
export const VersionInfo = struct(
  "io.k8s.apimachinery.pkg.version.Info",
  () => ({
    major: needed(1),
    minor: needed(2),
    emulationMajor: string(3),
    emulationMinor: string(4),
    minCompatibilityMajor: string(5),
    minCompatibilityMinor: string(6),
    gitVersion: needed(7),
    gitCommit: needed(8),
    gitTreeState: needed(9),
    buildDate: needed(10),
    goVersion: needed(11),
    compiler: needed(12),
    platform: needed(13),
  }),
  { proto: null },
);
