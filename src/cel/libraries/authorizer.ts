import type { Library } from "../environment.ts";
import { EvaluationError } from "../errors.ts";
import { overload } from "../signature.ts";
import { AUTHORIZER, opaque, RESOURCE_CHECK, type Type } from "../types.ts";
import { Opaque, type Value } from "../values.ts";

/** What is asked, as far as a chain of calls has said it. */
export interface AuthorizationQuery {
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly verb?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Asks for a service account instead of the caller. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Answers a query at once; throws what its caller understands when it can't yet. */
export type Authorize = (query: AuthorizationQuery) => AuthorizationAnswer;

interface Step {
  readonly query: AuthorizationQuery;
  readonly authorize: Authorize;
}

const PATH_CHECK = opaque("kubernetes.authorization.PathCheck");
const GROUP_CHECK = opaque("kubernetes.authorization.GroupCheck");
const DECISION = opaque("kubernetes.authorization.Decision");

function stepOf(type: Type, step: Step): Opaque {
  return new Opaque(type, step, JSON.stringify(step.query));
}

/** The variable `authorizer`. */
export function authorizerValue(authorize: Authorize): Value {
  return stepOf(AUTHORIZER, { query: {}, authorize });
}

/** The variable `authorizer.requestResource`. */
export function requestResourceValue(authorize: Authorize, query: AuthorizationQuery): Value {
  return stepOf(RESOURCE_CHECK, { query, authorize });
}

function adding(type: Type, add: (text: string, second: string) => AuthorizationQuery) {
  return ({ content }: Opaque, text: string, second = ""): Value => {
    const { query, authorize } = content as Step;
    return stepOf(type, { query: { ...query, ...add(text, second) }, authorize });
  };
}

function decide({ content }: Opaque, verb: string): Value {
  const { query, authorize } = content as Step;
  const whole = { ...query, verb };
  return new Opaque(DECISION, authorize(whole), JSON.stringify(whole));
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

function accountOf(namespace: string, name: string): AuthorizationQuery {
  if (!LABEL.test(namespace)) throw new EvaluationError("Invalid service account namespace");
  if (name.length > 253 || !SUBDOMAIN.test(name)) throw new EvaluationError("Invalid service account name");
  return { serviceAccount: { namespace, name } };
}

function pathOf(path: string): AuthorizationQuery {
  if (path === "") throw new EvaluationError("path must not be empty");
  return { path };
}

/** Asking about somebody is dear. */
const CHECK_COST = 350_000;
const answer = ({ content }: Opaque) => content as AuthorizationAnswer;
const A = AUTHORIZER.name;
const R = RESOURCE_CHECK.name;

/** Whether the caller, or somebody else, may do something. */
export const authorizer: Library = {
  types: [AUTHORIZER, RESOURCE_CHECK, PATH_CHECK, GROUP_CHECK, DECISION],
  overloads: [
    overload(`${A}.path(string): ${PATH_CHECK.name}`, adding(PATH_CHECK, pathOf)),
    overload(
      `${A}.group(string): ${GROUP_CHECK.name}`,
      adding(GROUP_CHECK, (group) => ({ group })),
    ),
    overload(`${A}.serviceAccount(string, string): ${A}`, adding(AUTHORIZER, accountOf)),
    overload(
      `${GROUP_CHECK.name}.resource(string): ${R}`,
      adding(RESOURCE_CHECK, (resource) => ({ resource })),
    ),
    overload(
      `${R}.subresource(string): ${R}`,
      adding(RESOURCE_CHECK, (subresource) => ({ subresource })),
    ),
    overload(
      `${R}.namespace(string): ${R}`,
      adding(RESOURCE_CHECK, (namespace) => ({ namespace })),
    ),
    overload(
      `${R}.name(string): ${R}`,
      adding(RESOURCE_CHECK, (name) => ({ name })),
    ),
    overload(
      `${R}.fieldSelector(string): ${R}`,
      adding(RESOURCE_CHECK, (fieldSelector) => ({ fieldSelector })),
    ),
    overload(
      `${R}.labelSelector(string): ${R}`,
      adding(RESOURCE_CHECK, (labelSelector) => ({ labelSelector })),
    ),
    overload(`${R}.check(string): ${DECISION.name}`, decide, () => CHECK_COST),
    overload(`${PATH_CHECK.name}.check(string): ${DECISION.name}`, decide, () => CHECK_COST),
    overload(`${DECISION.name}.allowed(): bool`, (decision) => answer(decision).allowed),
    overload(`${DECISION.name}.reason(): string`, (decision) => answer(decision).reason),
    overload(`${DECISION.name}.errored(): bool`, () => false),
    overload(`${DECISION.name}.error(): string`, () => ""),
  ],
};
