import { type ApiServerOptions, type AuthorizationMode, delegation, readConfiguration } from "../../apiserver/index.ts";
import { dirname, resolve } from "node:path";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import type { ComponentEnvironment } from "./environment.ts";
import { orConfigError } from "./or-config-error.ts";
import { reloaded } from "./reloaded.ts";
import { webhookServer } from "./webhook-server.ts";

type Environment = Pick<ComponentEnvironment, "clock" | "scope" | "log">;
type Chosen = Pick<ApiServerOptions, "authorizationModes" | "authorization">;

const CONFIG = "authorization-config";
const WEBHOOK = "authorization-webhook-config-file";
const POLICIES = "authorization-policy-file";
const BUILT_IN: readonly AuthorizationMode[] = ["Node", "RBAC", "AlwaysAllow", "AlwaysDeny"];
const ALLOWED_TTL_MS = 300_000;
const DENIED_TTL_MS = 30_000;

/** Who decides what users may do, as the flags want it. */
export async function authorizationAsConfigured(flags: ApiServerFlags, environment: Environment): Promise<Chosen> {
  const modes = flags["authorization-mode"];
  const { [CONFIG]: file } = flags;
  if (file !== undefined) {
    const other = Object.keys(flags).find((name) => name.startsWith("authorization-") && name !== CONFIG);
    if (other !== undefined) throw new ConfigError(`read --${other}: --${CONFIG} is given, too, wanted one of them`);
    return configured(file, environment);
  }
  checkFiles(flags, modes ?? []);
  if (modes === undefined) return {};
  const known = modes.map((name) => ({ name, mode: BUILT_IN.find((one) => one === name) }));
  if (known.every(({ mode }) => mode !== undefined)) return { authorizationModes: known.map(({ mode }) => mode!) };
  const outside = await outsideModes(flags, environment);
  return {
    authorization: (builtIn) => known.map(({ name, mode }) => (mode === undefined ? outside(name) : builtIn(mode))),
  };
}

function checkFiles(flags: ApiServerFlags, modes: readonly string[]): void {
  for (const [mode, flag] of [
    ["Webhook", WEBHOOK],
    ["ABAC", POLICIES],
  ] as const)
    if (modes.includes(mode) !== (flags[flag] !== undefined))
      throw new ConfigError(`read --authorization-mode: ${mode} goes with --${flag}, wanted both`);
  const unknown = modes.find((name) => !BUILT_IN.some((one) => one === name) && name !== "Webhook" && name !== "ABAC");
  if (unknown !== undefined)
    throw new ConfigError(
      `read --authorization-mode: got ${JSON.stringify(unknown)}, wanted ${[...BUILT_IN, "Webhook", "ABAC"].join(", ")}`,
    );
}

/** Makes what decides in a mode that isn't the server's own. */
async function outsideModes(flags: ApiServerFlags, environment: Environment) {
  const { abac, accessWebhook, parseAbacPolicy } = await delegation();
  const policies = flags[POLICIES];
  const parsed = await orConfigError(`read --${POLICIES} ${policies}`, () =>
    policies === undefined ? [] : parseAbacPolicy(readFlagFile(POLICIES, policies)),
  );
  return (name: string) =>
    name === "ABAC"
      ? abac(parsed)
      : accessWebhook({
          server: webhookServer(flags[WEBHOOK]!, environment),
          clock: environment.clock,
          version: flags["authorization-webhook-version"] ?? "v1beta1",
          allowedTtlMs: flags["authorization-webhook-cache-authorized-ttl"] ?? ALLOWED_TTL_MS,
          deniedTtlMs: flags["authorization-webhook-cache-unauthorized-ttl"] ?? DENIED_TTL_MS,
          onFailure: "noOpinion",
        });
}

/** As a file says that may change while the server runs. */
async function configured(file: string, environment: Environment): Promise<Chosen> {
  const { authorizersFrom, chain } = await delegation();
  const connect = (kubeconfig: string) => webhookServer(resolve(dirname(file), kubeconfig), environment);
  const load = async (text: string) =>
    authorizersFrom(await readConfiguration(text, "authorization configuration"), {
      clock: environment.clock,
      connect,
      modes: BUILT_IN,
    });
  const current = await orConfigError(`read --${CONFIG} ${file}`, () =>
    reloaded({ flag: CONFIG, file, load, ...environment }),
  );
  return {
    authorization(builtIn) {
      const own = new Map(BUILT_IN.map((mode) => [mode, builtIn(mode)]));
      const decide = (list: typeof current.value) =>
        chain(list.map((one) => (typeof one === "string" ? own.get(one)! : one)));
      let [made, decided] = [current.value, decide(current.value)];
      const latest = () => {
        if (made !== current.value) [made, decided] = [current.value, decide(current.value)];
        return decided;
      };
      const authorizer = (attributes: Parameters<typeof decided>[0]) => latest()(attributes);
      return [Object.defineProperty(authorizer, "unresolved", { get: () => latest().unresolved })];
    },
  };
}
