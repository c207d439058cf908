import { type ConfigObject, ConfigReader } from "../../configuration.ts";
import { type ClaimExpression, claimExpression } from "./expressions.ts";

/** A value that comes from a claim, with something before it, or from an expression. */
export type Mapping = { readonly claim: string; readonly prefix: string } | ClaimExpression;

/** An issuer whose tokens are taken, and what is made of them. */
export interface JwtIssuer {
  readonly url: string;
  readonly discoveryUrl?: string;
  /** Who signs its server's certificate (PEM). */
  readonly ca?: string;
  /** Tokens must be for one of these. */
  readonly audiences: readonly string[];
  /** By which algorithms tokens may be signed. */
  readonly algorithms: readonly string[];
  /** By claim, the value that tokens must have. */
  readonly required: readonly { readonly claim: string; readonly value: string }[];
  readonly claimRules: readonly Rule[];
  readonly userRules: readonly Rule[];
  readonly username: Mapping;
  readonly groups?: Mapping;
  readonly uid?: Mapping;
  readonly extra: readonly { readonly key: string; readonly value: ClaimExpression }[];
}

export interface Rule {
  readonly expression: ClaimExpression;
  readonly message: string;
}

export interface AuthenticationSettings {
  readonly issuers: readonly JwtIssuer[];
  /** Whether requests without credentials are let in as nobody, and on which paths only; undefined: flags say so. */
  readonly anonymous?: boolean | readonly string[];
}

const API_VERSIONS = ["v1", "v1beta1", "v1alpha1"].map((version) => `apiserver.config.k8s.io/${version}`);
/** Structured configuration has no say in this; the flags of old have RS256 only. */
export const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];
const ISSUERS_MAX = 64;
const EXTRA_KEY = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\/\S+$/;

/** Reads an AuthenticationConfiguration (apiserver.config.k8s.io/v1). */
export function readAuthentication(configuration: ConfigObject): AuthenticationSettings {
  const reader = new ConfigReader("authentication configuration", configuration);
  reader.mustBe("AuthenticationConfiguration", API_VERSIONS);
  reader.allow(["jwt", "anonymous"]);
  const issuers = reader.objects("jwt").map(readIssuer);
  if (issuers.length > ISSUERS_MAX) throw reader.wrong("jwt", `has ${issuers.length} issuers, wanted at most 64`);
  for (const [index, { url }] of issuers.entries())
    if (issuers.findIndex((other) => other.url === url) !== index)
      throw reader.wrong(`jwt[${index}].issuer.url`, `is ${url} a second time`);
  const anonymous = reader.object("anonymous");
  return { issuers, ...(anonymous && { anonymous: readAnonymous(anonymous) }) };
}

function readAnonymous(reader: ConfigReader): boolean | readonly string[] {
  reader.allow(["enabled", "conditions"]);
  const paths = reader.objects("conditions").map((condition) => {
    condition.allow(["path"]);
    const path = condition.text("path");
    if (!path) throw condition.wrong("path", "is missing");
    return path;
  });
  const enabled = reader.flag("enabled") ?? false;
  if (!enabled && paths.length > 0)
    throw reader.wrong("conditions", "is given where anonymous requests are not let in");
  return enabled && paths.length > 0 ? paths : enabled;
}

function readIssuer(reader: ConfigReader): JwtIssuer {
  reader.allow(["issuer", "claimValidationRules", "claimMappings", "userValidationRules"]);
  const issuer = reader.object("issuer");
  const mappings = reader.object("claimMappings");
  if (!issuer) throw reader.wrong("issuer", "is missing");
  if (!mappings) throw reader.wrong("claimMappings", "is missing");
  const rules = reader.objects("claimValidationRules");
  for (const rule of rules) rule.allow(["claim", "requiredValue", "expression", "message"]);
  const claimRules = rules.filter((rule) => rule.text("expression") !== undefined);
  const settings = {
    ...readPlace(issuer),
    algorithms: ALGORITHMS,
    required: rules.filter((rule) => rule.text("expression") === undefined).map(readRequired),
    claimRules: claimRules.map((rule) => readRule(rule, "claims")),
    userRules: reader.objects("userValidationRules").map((rule) => {
      rule.allow(["expression", "message"]);
      return readRule(rule, "user");
    }),
    ...readMappings(mappings),
  };
  mustVerifyEmail(reader, settings);
  return settings;
}

function readPlace(reader: ConfigReader) {
  reader.allow(["url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy"]);
  const url = httpsAddress(reader, "url");
  if (url === undefined) throw reader.wrong("url", "is missing");
  const discoveryUrl = httpsAddress(reader, "discoveryURL");
  if (discoveryUrl === url) throw reader.wrong("discoveryURL", "is the same as url");
  const audiences = reader.texts("audiences");
  if (audiences.length === 0) throw reader.wrong("audiences", "is empty, wanted at least one");
  if (new Set(audiences).size < audiences.length) throw reader.wrong("audiences", "has one twice");
  const policy = reader.text("audienceMatchPolicy") ?? "";
  if (audiences.length > 1 ? policy !== "MatchAny" : policy !== "" && policy !== "MatchAny")
    throw reader.wrong("audienceMatchPolicy", `is ${JSON.stringify(policy)}, wanted MatchAny`);
  const ca = reader.text("certificateAuthority");
  return { url, audiences, ...(discoveryUrl && { discoveryUrl }), ...(ca && { ca }) };
}

function httpsAddress(reader: ConfigReader, field: string): string | undefined {
  const text = reader.text(field);
  if (text === undefined) return undefined;
  const parsed = URL.parse(text);
  if (!parsed || parsed.protocol !== "https:") throw reader.wrong(field, `is ${text}, wanted an address of https`);
  if (parsed.username || parsed.password || parsed.search || parsed.hash)
    throw reader.wrong(field, "has a user, query or fragment, wanted a plain address");
  return text;
}

function readRequired(reader: ConfigReader) {
  const claim = reader.text("claim");
  if (!claim) throw reader.wrong("claim", "is missing, and so is an expression");
  if (reader.text("message") !== undefined) throw reader.wrong("message", "goes with an expression");
  return { claim, value: reader.text("requiredValue") ?? "" };
}

function readRule(reader: ConfigReader, about: "claims" | "user"): Rule {
  if (reader.text("claim") !== undefined) throw reader.wrong("claim", "is given beside an expression");
  return {
    expression: claimExpression(reader, "expression", { about, wants: "bool" }),
    message: reader.text("message") ?? "",
  };
}

function readMappings(reader: ConfigReader) {
  reader.allow(["username", "groups", "uid", "extra"]);
  const username = readMapping(reader.object("username"), { wants: "text", prefix: "needed" });
  if (!username) throw reader.wrong("username", "is missing");
  const groups = readMapping(reader.object("groups"), { wants: "texts", prefix: "needed" });
  const uid = readMapping(reader.object("uid"), { wants: "text", prefix: "none" });
  const extra = reader.objects("extra").map((one) => {
    one.allow(["key", "valueExpression"]);
    const key = one.text("key") ?? "";
    if (!EXTRA_KEY.test(key) || /(^|\.)(kubernetes|k8s)\.io\//.test(key))
      throw one.wrong("key", `is ${JSON.stringify(key)}, wanted a path below a domain that isn't Kubernetes' own`);
    return { key, value: claimExpression(one, "valueExpression", { about: "claims", wants: "texts" }) };
  });
  return { username, ...(groups && { groups }), ...(uid && { uid }), extra };
}

interface MappingForm {
  readonly wants: "text" | "texts";
  readonly prefix: "needed" | "none";
}

/** A mapping; undefined when there is none. */
function readMapping(reader: ConfigReader | undefined, { wants, prefix }: MappingForm): Mapping | undefined {
  if (!reader) return undefined;
  reader.allow(prefix === "needed" ? ["claim", "prefix", "expression"] : ["claim", "expression"]);
  const [claim, expression, before] = [reader.text("claim"), reader.text("expression"), reader.text("prefix")];
  if (expression) {
    if (claim || before !== undefined) throw reader.wrong("expression", "is given beside a claim or a prefix");
    return claimExpression(reader, "expression", { about: "claims", wants });
  }
  if (!claim) return undefined;
  if (prefix === "needed" && before === undefined)
    throw reader.wrong("prefix", "is missing, wanted one, perhaps empty");
  return { claim, prefix: before ?? "" };
}

/** Who takes names from e-mail addresses must see to it that the provider has checked them. */
function mustVerifyEmail(
  reader: ConfigReader,
  { username, extra, claimRules }: Pick<JwtIssuer, "username" | "extra" | "claimRules">,
): void {
  if ("claim" in username || !/\bclaims\.\??email\b(?!_)/.test(username.source)) return;
  const sources = [
    username.source,
    ...extra.map(({ value }) => value.source),
    ...claimRules.map(({ expression }) => expression.source),
  ];
  if (sources.some((source) => /\bclaims\.\??email_verified\b/.test(source))) return;
  throw reader.wrong(
    "claimMappings.username.expression",
    "takes claims.email and nothing looks at claims.email_verified",
  );
}
