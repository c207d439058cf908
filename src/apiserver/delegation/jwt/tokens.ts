import { Buffer } from "node:buffer";
import { EvaluationError } from "../../../cel/index.ts";
import { type Clock, formatTime, own } from "../../../base/index.ts";
import type { TokenReader } from "../../authn/bearer.ts";
import { tokenFault } from "../../authn/token-fault.ts";
import type { Authenticated } from "../../contracts.ts";
import { jsonTypeName } from "../../../schema/index.ts";
import type { JwtIssuer, Mapping, Rule } from "./configuration.ts";
import { type ClaimExpression, holds } from "./expressions.ts";
import type { Provider, Signed } from "./provider.ts";

type Claims = Readonly<Record<string, unknown>>;

const TOKEN_LENGTH_MAX = 64 * 1024;
const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";
/** How far clocks may differ about when a token begins to be good. */
const NOT_BEFORE_LEEWAY_MS = 300_000;

export interface JwtOptions {
  readonly issuer: JwtIssuer;
  readonly provider: Pick<Provider, "problem" | "hasSigned">;
  /** Of this server: who asks for a token of somebody else isn't answered. */
  readonly audiences: readonly string[];
  readonly clock: Pick<Clock, "now">;
}

/** Why a token of the issuer is not good. */
class Fault extends Error {
  override readonly name = "Fault";
}

/** Reads the tokens of an issuer (JWT, RFC 7519); others are somebody else's. */
export function jwtTokens(options: JwtOptions): TokenReader {
  const { issuer, audiences: own } = options;
  return async (token, audiences = own) => {
    const parsed = parse(token);
    if (!parsed || parsed.claims.iss !== issuer.url) return undefined;
    if (own.length > 0 && !audiences.some((one) => own.includes(one))) return undefined;
    try {
      return await userOf(parsed, options);
    } catch (error) {
      if (error instanceof Fault || error instanceof EvaluationError) throw tokenFault(error.message);
      throw error;
    }
  };
}

interface Parsed {
  readonly signed: Signed;
  readonly claims: Claims;
}

/** The parts of a token; undefined for what is no token of this form. */
function parse(token: string): Parsed | undefined {
  const parts = token.length > TOKEN_LENGTH_MAX ? [] : token.split(".");
  if (parts.length !== 3) return undefined;
  const [head, claims] = parts.slice(0, 2).map(objectIn);
  if (!head || !claims) return undefined;
  const data = Buffer.from(`${parts[0]}.${parts[1]}`);
  const signature = Buffer.from(parts[2]!, "base64url");
  return { claims, signed: { algorithm: String(head.alg), keyId: String(head.kid ?? ""), data, signature } };
}

function objectIn(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

async function userOf({ signed, claims }: Parsed, { issuer, provider, clock }: JwtOptions): Promise<Authenticated> {
  if (provider.problem !== undefined) throw new Fault(provider.problem);
  const { algorithm } = signed;
  if (!issuer.algorithms.includes(algorithm))
    throw new Fault(
      `oidc: verify token: oidc: id token signed with unsupported algorithm, expected ${quoted([...issuer.algorithms].sort())} got ${JSON.stringify(algorithm)}`,
    );
  if (!(await provider.hasSigned(signed)))
    throw new Fault("oidc: verify token: failed to verify signature: failed to verify id token signature");
  checkTimes(claims, clock.now());
  checkAudience(claims, issuer.audiences);
  const user = mapped(claims, issuer);
  checkRequired(claims, issuer.required);
  checkRules(issuer.claimRules, claims, "oidc: error evaluating claim validation expression");
  const { name, uid, groups, extra } = user;
  const shown = { username: name, groups, ...(uid !== undefined && { uid }), extra: extra ?? {} };
  checkRules(issuer.userRules, shown, "oidc: error evaluating user info validation rule");
  return user;
}

function checkTimes({ exp, nbf }: Claims, nowMs: number): void {
  if (typeof exp !== "number" || exp * 1000 < nowMs)
    throw new Fault(`oidc: verify token: oidc: token is expired (Token Expiry: ${timeText(exp)})`);
  if (typeof nbf === "number" && nowMs + NOT_BEFORE_LEEWAY_MS < nbf * 1000)
    throw new Fault(
      `oidc: verify token: oidc: current time ${timeText(nowMs / 1000)} before the nbf (not before) time: ${timeText(nbf)}`,
    );
}

const timeText = (seconds: unknown): string =>
  `${formatTime(Number(seconds ?? 0) * 1000)
    .replace("T", " ")
    .replace("Z", "")} +0000 UTC`;

function checkAudience({ aud }: Claims, wanted: readonly string[]): void {
  const named = (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === "string");
  if (named.some((one) => wanted.includes(one))) return;
  throw new Fault(`oidc: verify token: oidc: expected audience in ${quoted(wanted)} got ${quoted(named)}`);
}

const quoted = (texts: readonly unknown[]) => `[${texts.map((one) => JSON.stringify(one)).join(" ")}]`;

function checkRequired(claims: Claims, required: JwtIssuer["required"]): void {
  for (const { claim, value } of required) {
    const given = own(claims, claim);
    if (given === undefined) throw new Fault(`oidc: required claim ${claim} not present in ID token`);
    if (typeof given !== "string") throw new Fault(`oidc: parse claim ${claim}: ${notText(given)}`);
    if (given !== value)
      throw new Fault(`oidc: required claim ${claim} value does not match. Got = ${given}, want = ${value}`);
  }
}

function checkRules(rules: readonly Rule[], about: unknown, what: string): void {
  for (const { expression, message } of rules) {
    const { isTrue, why } = holds(expression, about);
    if (why !== undefined) throw new Fault(`${what}: expression '${expression.source}' resulted in error: ${why}`);
    if (!isTrue) throw new Fault(`${what}: validation expression '${expression.source}' failed: ${message}`);
  }
}

function mapped(claims: Claims, { username, groups, uid, extra }: JwtIssuer): Authenticated {
  const name = textOf(claims, username, { claim: "username claims", expression: "username claim" });
  if ("claim" in username && username.claim === "email") mustBeVerified(claims);
  const ofGroups = groups ? groupsOf(claims, groups) : [];
  const ofUid = uid && textOf(claims, uid, { claim: "uid claim", expression: "uid claim" });
  const more = extra.flatMap(({ key, value }) => {
    const texts = listSaid(value, claims, "extra claim");
    return texts.length > 0 ? [[key, texts] as const] : [];
  });
  const { jti } = claims;
  const known = typeof jti === "string" && jti !== "" ? ([[CREDENTIAL_ID, [`JTI=${jti}`]]] as const) : [];
  return {
    name,
    groups: ofGroups,
    ...(ofUid && { uid: ofUid }),
    ...(more.length + known.length > 0 && { extra: Object.fromEntries([...more, ...known]) }),
  };
}

function mustBeVerified({ email_verified: verified }: Claims): void {
  // Who says nothing of it isn't asked.
  if (verified !== undefined && verified !== true) throw new Fault("oidc: email not verified");
}

/** What a mapping is called in messages. */
interface Called {
  readonly claim: string;
  readonly expression: string;
}

function textOf(claims: Claims, mapping: Mapping, called: Called): string {
  if (!("claim" in mapping)) {
    const said = saidBy(mapping, claims, called.expression);
    if (typeof said === "string") return said;
    throw new Fault(
      `oidc: error evaluating ${called.expression} expression: ${mapping.source}: expression must return a string`,
    );
  }
  const value = own(claims, mapping.claim);
  const at = `oidc: parse ${called.claim} ${JSON.stringify(mapping.claim)}`;
  if (value === undefined) throw new Fault(`${at}: claim not present`);
  if (typeof value !== "string") throw new Fault(`${at}: ${notText(value)}`);
  return mapping.prefix + value;
}

function groupsOf(claims: Claims, mapping: Mapping): readonly string[] {
  if (!("claim" in mapping)) return listSaid(mapping, claims, "group claim");
  const value = own(claims, mapping.claim);
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((one) => typeof one === "string"))
    throw new Fault(`oidc: parse groups claim ${JSON.stringify(mapping.claim)}: ${notText(value)}`);
  return list.map((one) => mapping.prefix + one);
}

const notText = (value: unknown) =>
  `json: cannot unmarshal ${typeof value === "number" ? "number" : jsonTypeName(value)} into Go value of type string`;

function saidBy(expression: ClaimExpression, claims: Claims, what: string): unknown {
  try {
    return expression.run(claims);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    const why = `expression '${expression.source}' resulted in error: ${error.message}`;
    throw new Fault(`oidc: error evaluating ${what} expression: ${why}`);
  }
}

function listSaid(expression: ClaimExpression, claims: Claims, what: string): string[] {
  const said = saidBy(expression, claims, what);
  if (
    typeof said === "string" ||
    said === null ||
    (Array.isArray(said) && said.every((one) => typeof one === "string"))
  )
    return listOf(said);
  const why = `${expression.source}: expression must return a string or a list of strings`;
  throw new Fault(`oidc: error evaluating ${what} expression: ${why}`);
}

/** The texts of a value that is one or a list of them; empty ones say nothing. */
function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string" && one !== "");
}
