import { parse } from "yaml";
import {
  AdmissionConfigError,
  type ConfigObject,
  ConfigReader,
  isConfigObject,
  type PluginConfigurations,
} from "../configuration.ts";

const API_VERSIONS = ["apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1"];

/**
 * Reads an AdmissionConfiguration (apiserver.config.k8s.io/v1). `readFile` has the text of a file that it names, relative
 * to its own.
 */
export function parseAdmissionConfiguration(text: string, readFile: (path: string) => string): PluginConfigurations {
  const reader = new ConfigReader("admission configuration", parsed(text, "admission configuration"));
  reader.mustBe("AdmissionConfiguration", API_VERSIONS);
  reader.allow(["plugins"]);
  const byName = new Map<string, ConfigObject>();
  for (const plugin of reader.objects("plugins")) {
    plugin.allow(["name", "path", "configuration"]);
    const name = plugin.text("name");
    if (name === undefined) throw plugin.wrong("name", "is missing");
    const [path, configuration] = [plugin.text("path"), plugin.object("configuration")];
    if (path !== undefined && configuration) throw plugin.wrong("path", "is given beside a configuration");
    if (configuration) byName.set(name, configuration.value);
    else if (path !== undefined) byName.set(name, parsed(readFile(path), `configuration of ${name}`));
  }
  return byName;
}

function parsed(text: string, what: string): ConfigObject {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new AdmissionConfigError(`read ${what}: it is no YAML`, { cause });
  }
  if (!isConfigObject(value)) throw new AdmissionConfigError(`read ${what}: it is no object`);
  return value;
}
