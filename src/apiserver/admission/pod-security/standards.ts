import { type ConfigObject, ConfigReader } from "../../configuration.ts";
import { isKnownLevel, isKnownVersion, OPEN, type Policies, type Policy } from "./policy.ts";

/** What holds for the whole cluster: what is demanded where labels say nothing, and of whom nothing is. */
export interface Standards {
  readonly defaults: Policies;
  readonly exempt: {
    readonly usernames: readonly string[];
    readonly namespaces: readonly string[];
    readonly runtimeClasses: readonly string[];
  };
}

const API_VERSIONS = ["v1", "v1beta1", "v1alpha1"].map((version) => `pod-security.admission.config.k8s.io/${version}`);
const MODES = ["enforce", "audit", "warn"] as const;
const NOBODY = { usernames: [], namespaces: [], runtimeClasses: [] };

/** Reads a PodSecurityConfiguration; without one nothing is demanded of anybody. */
export function readStandards(configuration: ConfigObject | undefined): Standards {
  if (!configuration) return { defaults: { enforce: OPEN, audit: OPEN, warn: OPEN }, exempt: NOBODY };
  const reader = new ConfigReader("configuration of PodSecurity", configuration);
  reader.mustBe("PodSecurityConfiguration", API_VERSIONS);
  reader.allow(["defaults", "exemptions"]);
  const [defaults, exemptions] = [reader.object("defaults"), reader.object("exemptions")];
  defaults?.allow(MODES.flatMap((mode) => [mode, `${mode}-version`]));
  exemptions?.allow(Object.keys(NOBODY));
  const policy = (mode: string) => readPolicy(defaults, mode);
  return {
    defaults: { enforce: policy("enforce"), audit: policy("audit"), warn: policy("warn") },
    exempt: {
      usernames: exemptions?.texts("usernames") ?? [],
      namespaces: exemptions?.texts("namespaces") ?? [],
      runtimeClasses: exemptions?.texts("runtimeClasses") ?? [],
    },
  };
}

function readPolicy(reader: ConfigReader | undefined, mode: string): Policy {
  if (!reader) return OPEN;
  const level = reader.text(mode) ?? OPEN.level;
  const version = reader.text(`${mode}-version`) ?? OPEN.version;
  if (!isKnownLevel(level)) throw reader.wrong(mode, `is ${level}, wanted privileged, baseline or restricted`);
  if (!isKnownVersion(version)) throw reader.wrong(`${mode}-version`, `is ${version}, wanted latest or v1.x`);
  return { level, version };
}
