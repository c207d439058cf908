import { type ApiServerOptions, FEATURE_GATES, originProblem, parseTokenFile } from "../../apiserver/index.ts";
import { privateKeyFromPem, publicKeyFromPem } from "../../pki/index.ts";
import { ConfigError } from "../errors.ts";
import { type ApiServerFlags, readFlagFile } from "../flags/index.ts";
import { given } from "./environment.ts";

type Options = Omit<ApiServerOptions, "store" | "clock" | "random" | "log" | "scope">;

/** What flags say of an API server itself. */
export function optionsOf(flags: ApiServerFlags): Options {
  const tokens = flags["token-auth-file"];
  return {
    ...given({
      anonymousAuth: flags["anonymous-auth"],
      serviceCidr: flags["service-cluster-ip-range"],
      eventTtlMs: flags["event-ttl"],
      maxRequestsInflight: flags["max-requests-inflight"],
      maxMutatingRequestsInflight: flags["max-mutating-requests-inflight"],
      nodePortRange: portRange(flags["service-node-port-range"]),
      runtimeConfig: flags["runtime-config"],
      featureGates: featureGates(flags["feature-gates"]),
      serviceAccounts: serviceAccounts(flags),
      requestHeader: requestHeader(flags),
      proxyClient: proxyClient(flags),
      corsAllowedOrigins: corsAllowedOrigins(flags["cors-allowed-origins"]),
      clientCa:
        flags["client-ca-file"] === undefined ? undefined : readFlagFile("client-ca-file", flags["client-ca-file"]),
    }),
    ...(tokens !== undefined && { tokens: parseTokenFile(readFlagFile("token-auth-file", tokens)) }),
  };
}

function portRange(text: string | undefined): Options["nodePortRange"] {
  if (text === undefined) return undefined;
  const [first, last] = (/^(\d+)-(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (!first || !last || first > last || last > 65_535)
    throw new ConfigError(`read --service-node-port-range: got ${JSON.stringify(text)}, wanted FIRST-LAST`);
  return { first, last };
}

/** Only gates that change something here: one that is read and ignored would lie. */
function featureGates(gates: Readonly<Record<string, boolean>> | undefined) {
  const unknown = Object.keys(gates ?? {}).find((name) => !FEATURE_GATES.includes(name));
  if (unknown !== undefined)
    throw new ConfigError(
      `read --feature-gates: the gate ${unknown} changes nothing here yet, wanted some of ${FEATURE_GATES.join(", ")}`,
    );
  return gates;
}

function serviceAccounts(flags: ApiServerFlags): Options["serviceAccounts"] {
  const signing = flags["service-account-signing-key-file"];
  if (signing === undefined) return undefined;
  const [issuer, ...otherIssuers] = flags["service-account-issuer"] ?? [];
  if (!issuer)
    throw new ConfigError(
      "read --service-account-signing-key-file: it goes with --service-account-issuer, wanted both",
    );
  const others = flags["service-account-key-file"] ?? [];
  return {
    issuer,
    otherIssuers,
    audiences: flags["api-audiences"] ?? [issuer],
    key: privateKeyFromPem(readFlagFile("service-account-signing-key-file", signing)),
    otherKeys: others.map((path) => publicKeyFromPem(readFlagFile("service-account-key-file", path))),
  };
}

function requestHeader(flags: ApiServerFlags): Options["requestHeader"] {
  const ca = flags["requestheader-client-ca-file"];
  if (ca === undefined) return undefined;
  return {
    ca: readFlagFile("requestheader-client-ca-file", ca),
    allowedNames: flags["requestheader-allowed-names"] ?? [],
    usernameHeaders: flags["requestheader-username-headers"] ?? [],
    uidHeaders: flags["requestheader-uid-headers"] ?? [],
    groupHeaders: flags["requestheader-group-headers"] ?? [],
    extraHeaderPrefixes: flags["requestheader-extra-headers-prefix"] ?? [],
  };
}

function corsAllowedOrigins(patterns: readonly string[] | undefined): readonly string[] | undefined {
  for (const pattern of patterns ?? []) {
    const problem = originProblem(pattern);
    if (problem !== undefined)
      throw new ConfigError(`read --cors-allowed-origins: got ${JSON.stringify(pattern)}: ${problem}`);
  }
  return patterns;
}

function proxyClient(flags: ApiServerFlags): Options["proxyClient"] {
  const cert = flags["proxy-client-cert-file"];
  const key = flags["proxy-client-key-file"];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new ConfigError("read --proxy-client-cert-file and --proxy-client-key-file: one is missing, wanted both");
  return { cert: readFlagFile("proxy-client-cert-file", cert), key: readFlagFile("proxy-client-key-file", key) };
}
