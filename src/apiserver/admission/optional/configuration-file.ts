import { type ConfigObject, ConfigReader, type PluginConfigurations, readConfiguration } from "../../configuration.ts";

const API_VERSIONS = ["apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1"];

/** Plugins to which there is something to say. */
const CONFIGURABLE = [
  "EventRateLimit",
  "ImagePolicyWebhook",
  "PodNodeSelector",
  "PodSecurity",
  "PodTolerationRestriction",
  "ResourceQuota",
];

/**
 * Reads an AdmissionConfiguration (apiserver.config.k8s.io/v1). `readFile` has the text of a file that it names, relative
 * to its own.
 */
export async function parseAdmissionConfiguration(
  text: string,
  readFile: (path: string) => string,
): Promise<PluginConfigurations> {
  const what = "admission configuration";
  const reader = new ConfigReader(what, await readConfiguration(text, what));
  reader.mustBe("AdmissionConfiguration", API_VERSIONS);
  reader.allow(["plugins"]);
  const byName = new Map<string, ConfigObject>();
  for (const plugin of reader.objects("plugins")) {
    plugin.allow(["name", "path", "configuration"]);
    const name = plugin.text("name");
    if (name === undefined) throw plugin.wrong("name", "is missing");
    if (!CONFIGURABLE.includes(name))
      throw plugin.wrong("name", `is ${name}, which can't be configured here, wanted ${CONFIGURABLE.join(", ")}`);
    const [path, configuration] = [plugin.text("path"), plugin.object("configuration")];
    if (path !== undefined && configuration) throw plugin.wrong("path", "is given beside a configuration");
    if (configuration) byName.set(name, configuration.value);
    else if (path !== undefined) byName.set(name, await readConfiguration(readFile(path), `configuration of ${name}`));
  }
  return byName;
}
