import { operationOptions } from "../operation-options.ts";
import { kindName, resourceName } from "../versions.ts";
import {
  type AuthorizationAnswer,
  type AuthorizationQuery,
  type Authorize,
  authorizerValue,
  BUDGET,
  CALL_COST_MAX,
  type Compiled,
  EvaluationError,
  type Failure,
  fromJson,
  MapValue,
  requestResourceValue,
  type Value,
} from "../../../cel/index.ts";
import { type KindDefinition, parseFieldSelector } from "../../../api/index.ts";
import type { AdmissionRequest, Authorizer } from "../../contracts.ts";
import { firstOpinion } from "../../authz/decide.ts";

/** Thrown out of an evaluation that needs an answer that isn't there yet. */
class Unanswered extends Error {
  readonly query: AuthorizationQuery;
  constructor(query: AuthorizationQuery) {
    super("authorization is not known yet");
    this.query = query;
  }
}

/** Questions of one evaluation; more are refused. */
const QUESTIONS_MAX = 100;

export interface RequestSurroundings {
  /** The version in which the client asked. */
  readonly made: KindDefinition;
  readonly namespace: unknown;
  readonly authorizers: readonly Authorizer[];
}

/** Everything that expressions about one request can look at. */
export class RequestValues {
  readonly #request: AdmissionRequest;
  readonly #made: KindDefinition;
  readonly #namespace: unknown;
  readonly #authorizers: readonly Authorizer[];
  readonly #answers = new Map<string, AuthorizationAnswer>();
  readonly #known = new Map<string, Value>();

  constructor(request: AdmissionRequest, { made, namespace, authorizers }: RequestSurroundings) {
    this.#request = request;
    this.#made = made;
    this.#namespace = namespace;
    this.#authorizers = authorizers;
  }

  /** The value of a variable that all policies have. */
  value(name: string): Value {
    let value = this.#known.get(name);
    if (value === undefined) {
      value = this.#make(name);
      this.#known.set(name, value);
    }
    return value;
  }

  #make(name: string): Value {
    const { object, oldObject, subresource, kind, namespace, name: objectName } = this.#request;
    switch (name) {
      case "object":
        return fromJson(object ?? null);
      case "oldObject":
        return fromJson(oldObject ?? null);
      case "request":
        return fromJson(requestOf(this.#request, this.#made));
      case "namespaceObject":
        return fromJson(this.#namespace ?? null);
      case "authorizer":
        return authorizerValue(this.#authorize);
      case "authorizer.requestResource": {
        const query = {
          group: kind.group,
          resource: kind.plural,
          ...(subresource && { subresource }),
          ...(namespace && { namespace }),
          ...(objectName && { name: objectName }),
        };
        return requestResourceValue(this.#authorize, query);
      }
      default:
        throw new EvaluationError(`no such attribute: ${name}`);
    }
  }

  readonly #authorize: Authorize = (query) => {
    const known = this.#answers.get(JSON.stringify(query));
    if (!known) throw new Unanswered(query);
    return known;
  };

  /** Runs what asks for authorization as often as it takes: each time one more answer is known. */
  async settle<T>(work: () => T): Promise<T> {
    for (let asked = 0; asked <= QUESTIONS_MAX; asked++) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        this.#answers.set(JSON.stringify(error.query), await this.#ask(error.query));
      }
    }
    throw new EvaluationError(`authorizer: more than ${QUESTIONS_MAX} checks`);
  }

  async #ask(query: AuthorizationQuery): Promise<AuthorizationAnswer> {
    const attributes = { ...attributesOf(query), user: this.#userOf(query) };
    const { decision, reason } = await firstOpinion(attributes, this.#authorizers);
    return { allowed: decision === "allow", reason: decision === "deny" ? reason : "" };
  }

  #userOf({ serviceAccount }: AuthorizationQuery): AdmissionRequest["user"] {
    if (!serviceAccount) return this.#request.user;
    const { namespace, name } = serviceAccount;
    const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
    return { name: `system:serviceaccount:${namespace}:${name}`, groups };
  }
}

function attributesOf({ path, group = "", resource = "", ...query }: AuthorizationQuery) {
  const { subresource = "", namespace = "", name = "", verb = "", fieldSelector } = query;
  return {
    isResource: path === undefined,
    path: path ?? "",
    verb,
    group,
    version: "*",
    resource,
    subresource,
    rest: "",
    namespace,
    name,
    ...(fieldSelector !== undefined && { fields: fieldsOf(fieldSelector) }),
  };
}

function fieldsOf(selector: string): Readonly<Record<string, string>> {
  const requirements = parseFieldSelector(selector);
  return Object.fromEntries(requirements.map(({ key, values }) => [key, values?.[0] ?? ""]));
}

/** The request as expressions see it. */
function requestOf(request: AdmissionRequest, made: KindDefinition) {
  const { kind, objectKind, subresource, name, namespace, operation, user, dryRun } = request;
  return {
    kind: kindName(objectKind ?? kind),
    resource: resourceName(kind),
    ...(subresource && { subResource: subresource, requestSubResource: subresource }),
    requestKind: kindName(objectKind ?? made),
    requestResource: resourceName(made),
    ...(name && { name }),
    ...(namespace && { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      ...(user.groups && { groups: user.groups }),
      ...(user.extra && { extra: user.extra }),
    },
    dryRun,
    options: operationOptions(request),
  };
}

/** The budget that all expressions of a policy share for one request. */
export class Budget {
  left = BUDGET;

  /** Runs an expression; throws an EvaluationError when it has no value. */
  run(expression: Compiled | Failure, lookup: (name: string) => Value): Value {
    if (!("program" in expression)) throw new EvaluationError(`compilation error: ${expression.problem}`);
    const { value, cost } = expression.program.run(lookup, Math.min(CALL_COST_MAX, this.left));
    this.left -= cost;
    return value;
  }
}

/** Variables of a policy: each is worked out when it is first asked for, and then kept. */
export class Variables extends MapValue {
  readonly #make: (name: string) => Value;
  readonly #known = new Map<string, Value>();

  constructor(make: (name: string) => Value) {
    super(new Map());
    this.#make = make;
  }

  override get(key: Value): Value | undefined {
    const name = String(key);
    let value = this.#known.get(name);
    if (value === undefined) {
      value = this.#make(name);
      this.#known.set(name, value);
    }
    return value;
  }
}
