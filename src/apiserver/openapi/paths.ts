import type { StructNode } from "../../schema/index.ts";
import type { Operation, PathOperations, QueryParameter } from "./operations.ts";
import type { Schemas } from "./schemas.ts";

type Json = Record<string, unknown>;

/** What patches are, which no schema says. */
const PATCH = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

function describe({ tag, id, action, gvk }: Operation): Json {
  return {
    tags: [tag],
    operationId: id,
    ...(action && { "x-kubernetes-action": action }),
    ...(gvk && { "x-kubernetes-group-version-kind": gvk }),
  };
}

function schemaOf(schemas: Schemas, of: StructNode | "patch" | undefined): Json {
  if (of === undefined) return { type: "string" };
  return of === "patch" ? schemas.named(PATCH, { type: "object" }) : schemas.ref(of);
}

/** Paths as version 3 describes them. */
export function pathsThree(schemas: Schemas, all: readonly PathOperations[]): Json {
  const query = ([name, type]: QueryParameter) => ({ name, in: "query", schema: { type, uniqueItems: true } });
  const content = (types: readonly string[], schema: Json) =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  const operation = (call: Operation): Json => {
    const answer = { description: "OK", content: content(call.produces, schemaOf(schemas, call.answer)) };
    return {
      ...describe(call),
      ...(call.query.length > 0 && { parameters: call.query.map(query) }),
      ...(call.body && {
        requestBody: {
          content: content(call.consumes, schemaOf(schemas, call.body)),
          ...(call.isBodyRequired && { required: true }),
        },
      }),
      responses: responsesOf(call, answer),
    };
  };
  const inPath = (name: string) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", uniqueItems: true },
  });
  return render(all, operation, { inPath, query });
}

/** Paths as version 2 describes them. */
export function pathsTwo(schemas: Schemas, all: readonly PathOperations[]): Json {
  const query = ([name, type]: QueryParameter) => ({ name, in: "query", type, uniqueItems: true });
  const operation = (call: Operation): Json => {
    const { body, isBodyRequired } = call;
    const inBody = { name: "body", in: "body", ...(isBodyRequired && { required: true }) };
    const parameters = [...(body ? [{ ...inBody, schema: schemaOf(schemas, body) }] : []), ...call.query.map(query)];
    return {
      ...describe(call),
      ...(call.consumes.length > 0 && { consumes: call.consumes }),
      produces: call.produces,
      schemes: ["https"],
      ...(parameters.length > 0 && { parameters }),
      responses: responsesOf(call, { description: "OK", schema: schemaOf(schemas, call.answer) }),
    };
  };
  const inPath = (name: string) => ({ name, in: "path", required: true, type: "string", uniqueItems: true });
  return render(all, operation, { inPath, query });
}

const WORDS: Readonly<Record<number, string>> = { 201: "Created", 202: "Accepted" };

function responsesOf({ codes }: Operation, answer: Json): Json {
  const answers = codes.map((code) => [String(code), { ...answer, description: WORDS[code] ?? "OK" }]);
  return { ...Object.fromEntries(answers), 401: { description: "Unauthorized" } };
}

/** What all operations of a path can be asked with, which the path says once. */
function sharedQuery([first, ...others]: readonly Operation[]): readonly QueryParameter[] {
  if (!first) return [];
  return first.query.filter(([name, type]) =>
    others.every(({ query }) => query.some((one) => one[0] === name && one[1] === type)),
  );
}

const byName = (one: Json, other: Json) => (String(one.name) < String(other.name) ? -1 : 1);

function render(
  all: readonly PathOperations[],
  operation: (call: Operation) => Json,
  { inPath, query }: { readonly inPath: (name: string) => Json; readonly query: (of: QueryParameter) => Json },
): Json {
  return Object.fromEntries(
    all.map(({ path, pathParameters, operations }) => {
      const shared = sharedQuery(Object.values(operations));
      const parameters = [...pathParameters.map(inPath), ...shared.map(query)].sort(byName);
      const calls = Object.entries(operations).map(([method, call]) => {
        const own = call.query.filter(([name]) => !shared.some(([one]) => one === name));
        return [method, operation({ ...call, query: own })] as const;
      });
      return [path, { ...Object.fromEntries(calls), ...(parameters.length > 0 && { parameters }) }];
    }),
  );
}
