import {
  type ApiServerOptions,
  type AuthenticationSettings,
  delegation,
  type JwtIssuer,
  readConfiguration,
} from "../../apiserver/index.ts";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import type { ComponentEnvironment } from "./environment.ts";
import { orConfigError } from "./or-config-error.ts";
import { webhookServer } from "./webhook-server.ts";
import { reloaded } from "./reloaded.ts";

type TokenReader = NonNullable<ApiServerOptions["tokenReaders"]>[number];
type Environment = Pick<ComponentEnvironment, "clock" | "scope" | "log">;

const CONFIG = "authentication-config";
const WEBHOOK = "authentication-token-webhook-config-file";
const WEBHOOK_TTL_MS = 120_000;

/** Whose tokens the flags want taken beside the server's own, and who needs none. */
export async function authenticationAsConfigured(
  flags: ApiServerFlags,
  audiences: readonly string[],
  environment: Environment,
): Promise<Pick<ApiServerOptions, "tokenReaders" | "anonymousAuth">> {
  const { [CONFIG]: file, [WEBHOOK]: kubeconfig, "oidc-issuer-url": issuer } = flags;
  checkFlags(flags);
  if (file === undefined && kubeconfig === undefined && issuer === undefined) return {};
  const { clock } = environment;
  const { tokenWebhook } = await delegation();
  const readers: TokenReader[] = [];
  let anonymousAuth: AuthenticationSettings["anonymous"];
  if (file !== undefined) {
    const { read, anonymous } = await configuredReader(file, audiences, environment);
    readers.push(read);
    anonymousAuth = anonymous;
    if (anonymous !== undefined && flags["anonymous-auth"] !== undefined)
      throw new ConfigError(`read --anonymous-auth: --${CONFIG} says that already, wanted one of them`);
  }
  if (issuer !== undefined) readers.push(...(await readersOf([issuerOf(issuer, flags)], audiences, environment)));
  if (kubeconfig !== undefined)
    readers.push(
      tokenWebhook({
        server: webhookServer(kubeconfig, environment),
        clock,
        version: flags["authentication-token-webhook-version"] ?? "v1beta1",
        ttlMs: flags["authentication-token-webhook-cache-ttl"] ?? WEBHOOK_TTL_MS,
        audiences,
      }),
    );
  return { tokenReaders: readers, ...(anonymousAuth !== undefined && { anonymousAuth }) };
}

function checkFlags(flags: ApiServerFlags): void {
  const given = Object.keys(flags).filter((name) => name.startsWith("oidc-"));
  if (flags["oidc-issuer-url"] === undefined && given.length > 0)
    throw new ConfigError(`read --${given[0]}: it goes with --oidc-issuer-url, wanted both`);
  if (flags["oidc-issuer-url"] !== undefined && flags["oidc-client-id"] === undefined)
    throw new ConfigError("read --oidc-issuer-url: it goes with --oidc-client-id, wanted both");
  if (flags[CONFIG] !== undefined && given.length > 0)
    throw new ConfigError(`read --${given[0]}: --${CONFIG} is given, too, wanted one of them`);
}

/** Reads tokens as a file says that may change while the server runs. */
async function configuredReader(file: string, audiences: readonly string[], environment: Environment) {
  const { readAuthentication } = await delegation();
  const load = async (text: string) => {
    const settings = readAuthentication(await readConfiguration(text, "authentication configuration"));
    return { settings, readers: await readersOf(settings.issuers, audiences, environment) };
  };
  const current = await orConfigError(`read --${CONFIG} ${file}`, () =>
    reloaded({ flag: CONFIG, file, load, ...environment }),
  );
  const read: TokenReader = async (token, audiences) => {
    for (const reader of current.value.readers) {
      const user = await reader(token, audiences);
      if (user) return user;
    }
    return undefined;
  };
  return { read, anonymous: current.value.settings.anonymous };
}

async function readersOf(
  issuers: readonly JwtIssuer[],
  audiences: readonly string[],
  environment: Environment,
): Promise<TokenReader[]> {
  const { jwtTokens, Provider } = await delegation();
  return issuers.map((issuer) => {
    const { url, discoveryUrl, ca } = issuer;
    const provider = new Provider({
      issuer: url,
      ...(discoveryUrl !== undefined && { discoveryUrl }),
      ...(ca !== undefined && { ca }),
      ...environment,
    });
    return jwtTokens({ issuer, provider, audiences, clock: environment.clock });
  });
}

/** The issuer that the flags of old name. */
function issuerOf(url: string, flags: ApiServerFlags): JwtIssuer {
  if (URL.parse(url)?.protocol !== "https:")
    throw new ConfigError(`read --oidc-issuer-url: got ${url}, wanted an address of https`);
  const claim = flags["oidc-username-claim"] ?? "sub";
  const prefix = flags["oidc-username-prefix"] ?? (claim === "email" ? "" : `${url}#`);
  const groups = flags["oidc-groups-claim"];
  const ca = flags["oidc-ca-file"];
  return {
    url,
    audiences: [flags["oidc-client-id"]!],
    algorithms: flags["oidc-signing-algs"] ?? ["RS256"],
    required: (flags["oidc-required-claim"] ?? []).map(requiredClaim),
    claimRules: [],
    userRules: [],
    username: { claim, prefix: prefix === "-" ? "" : prefix },
    ...(groups !== undefined && { groups: { claim: groups, prefix: flags["oidc-groups-prefix"] ?? "" } }),
    ...(ca !== undefined && { ca: readFlagFile("oidc-ca-file", ca) }),
    extra: [],
  };
}

function requiredClaim(text: string) {
  const [, claim, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (claim === undefined || value === undefined)
    throw new ConfigError(`read --oidc-required-claim: got ${JSON.stringify(text)}, wanted claim=value`);
  return { claim, value };
}
