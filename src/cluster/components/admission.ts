import { dirname, resolve } from "node:path";
import { type ApiServerOptions, optionalAdmission } from "../../apiserver/index.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import type { ComponentEnvironment } from "./environment.ts";
import { orConfigError } from "./or-config-error.ts";
import { webhookServer } from "./webhook-server.ts";

type Choice = NonNullable<ApiServerOptions["admissionPlugins"]>;

const FLAG = "admission-control-config-file";

/** Which admission plugins the flags want, and what their files say to them. */
export async function admissionAsConfigured(
  flags: ApiServerFlags,
  { clock, scope }: Pick<ComponentEnvironment, "clock" | "scope">,
): Promise<Choice> {
  const enable = flags["enable-admission-plugins"] ?? [];
  const choice = { enable, disable: flags["disable-admission-plugins"] ?? [] };
  const file = flags[FLAG];
  if (file === undefined && enable.every((name) => name === "NodeRestriction")) return choice;
  const optional = await optionalAdmission();
  // What a file names lies beside it.
  const beside = (path: string) => resolve(dirname(file ?? ""), path);
  const readBeside = (path: string) => readFlagFile(FLAG, beside(path));
  const configurations =
    file === undefined
      ? new Map<string, never>()
      : await orConfigError("read admission configuration", () =>
          optional.parseAdmissionConfiguration(readFlagFile(FLAG, file), readBeside),
        );
  return {
    ...choice,
    configurations,
    makeOptional: (parts) =>
      optional.optionalPlugins(enable, {
        ...parts,
        clock,
        configurations,
        connect: (kubeconfig) => webhookServer(beside(kubeconfig), { clock, scope }),
      }),
  };
}
