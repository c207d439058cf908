import type { Random } from "../../../../src/base/index.ts";
import { chance, some } from "../access/scene.ts";
import { pick } from "../mutate.ts";

type Json = Record<string, unknown>;

/** Tests that hold for some of the objects that the requests make. */
const TESTS = [
  "true",
  "false",
  "has(object.data)",
  "has(object.data) && object.data.size() > 1",
  "object.metadata.name != 'o3'",
  "object.metadata.?name.orValue('').startsWith('o')",
  "has(object.metadata.labels) && object.metadata.labels.app == 'a'",
  "object.metadata.labels['app'] in ['a', 'b']",
  "object.data.k == 'v'",
  "int(object.data.n) > 3",
  "object.spec.replicas <= 3",
  "!has(object.spec) || object.spec.?replicas.orValue(0) < 5",
  "oldObject == null",
  "object == null || oldObject == null || object.?data.orValue({}) == oldObject.?data.orValue({})",
  "request.operation == 'CREATE'",
  "request.operation != 'DELETE' || oldObject.metadata.name != 'o1'",
  "request.userInfo.username == 'admin'",
  "'g' in request.userInfo.groups",
  "request.dryRun",
  "request.dryRun != true",
  "request.name == 'known' || request.name == ''",
  "request.namespace == object.metadata.namespace",
  "request.kind.kind == 'ConfigMap'",
  "request.resource.resource == 'configmaps'",
  "request.requestKind.version == 'v1'",
  "!has(request.subResource) || request.subResource == ''",
  "request.?subResource.orValue('none') == 'scale'",
  "has(request.options) && request.options.kind == 'CreateOptions'",
  "request.options.?fieldManager.orValue('') == 'differential'",
  "namespaceObject.metadata.labels.env == 'test'",
  "namespaceObject.metadata.name == request.namespace",
  "namespaceObject.status.phase == 'Active'",
  "namespaceObject.spec.finalizers.exists(f, f == 'kubernetes')",
  "authorizer.group('').resource('configmaps').namespace('x').check('get').allowed()",
  "authorizer.requestResource.check('create').allowed()",
  "authorizer.path('/healthz').check('get').reason() == ''",
  "authorizer.serviceAccount('default', 'default').group('').resource('pods').check('list').allowed()",
  "object.metadata.name.matches('^[a-z0-9-]+$')",
  "object.data.all(k, k.size() < 2)",
  "object.spec.template.spec.containers.all(c, c.image.startsWith('registry.example/'))",
  "quantity('1Gi').isGreaterThan(quantity('1Mi'))",
  "1 / 0 == 1",
  "dyn(object).nope == 1",
  "object.metadata.generateName == 'gen-'",
  "'x' == 'x' ? object.metadata.name == '' : true",
  "[1, 2, 3].exists(i, i == object.data.size())",
];
const VARIABLES = [
  { name: "labels", expression: "object.metadata.?labels.orValue({})" },
  { name: "broken", expression: "object.metadata.nope.x" },
  { name: "size", expression: "has(object.data) ? object.data.size() : 0" },
  { name: "double", expression: "variables.size * 2" },
  { name: "who", expression: "request.userInfo.username" },
  { name: "list", expression: "[1, variables.size]" },
];
const OF_VARIABLES = [
  "variables.size < 2",
  "variables.double != 2",
  "'app' in variables.labels",
  "variables.labels.app == 'a'",
  "variables.broken == 1",
  "variables.who == 'admin'",
  "variables.list.all(x, x > 0)",
  "variables.nope == 1",
];
const OF_PARAMS = [
  "params == null || params.data.limit == '3'",
  "params.data.limit == '3'",
  "has(params.data) && object.?data.orValue({}).size() < int(params.data.limit)",
  "params.metadata.name == 'p-a'",
  "params != null",
  "object.data.k == params.data.word",
];
/** What doesn't compile, or is of another type. */
const WRONG = [
  "object.",
  "nope",
  "1 + 'a'",
  "object.metadata.name",
  "request.nope == 1",
  "params.x == 1",
  "variables.none",
  "'a'.foo()",
  "has(object)",
  "[1, 'a']",
  "",
  " ",
];
const MESSAGES = [
  "'name is ' + object.metadata.name",
  "object.data.nope",
  "'limit ' + string(1 + 2)",
  "''",
  "'a\\nb'",
  "'  spaces  '",
  "string(variables.size)",
  "request.operation + ' by ' + request.userInfo.username",
  "1",
  "authorizer.path('/x').check('get').reason()",
];

function testOf(random: Random, hasParams: boolean): string {
  const draw = random.float();
  if (draw < 0.02) return pick(WRONG, random);
  if (draw < 0.2) return pick(OF_VARIABLES, random);
  if (hasParams && draw < 0.6) return pick(OF_PARAMS, random);
  return pick(TESTS, random);
}

/** Variables and conditions, as policies of both kinds have them. */
export function policyExpressions(random: Random, hasParams: boolean): Json {
  const conditions = chance(random, 0.25)
    ? some(random, TESTS, 2).map((expression, index) => ({ name: `c${index}`, expression }))
    : [];
  if (hasParams && chance(random, 0.1)) conditions.push({ name: "p", expression: pick(OF_PARAMS, random) });
  return {
    variables: chance(random, 0.9) ? VARIABLES : [],
    ...(conditions.length > 0 && { matchConditions: conditions }),
  };
}

/** What a validating policy demands. */
export function validations(random: Random, hasParams: boolean): Json {
  const all = Array.from({ length: 1 + random.int(3) }, () => ({
    expression: testOf(random, hasParams),
    ...(chance(random, 0.4) && {
      message: pick(["no way", "  padded ", "broken {x} %s", "a".repeat(20), "", "a\nb"], random),
    }),
    ...(chance(random, 0.3) && { messageExpression: pick(MESSAGES, random) }),
    ...(chance(random, 0.3) && {
      reason: pick(["Forbidden", "Invalid", "Unauthorized", "RequestEntityTooLarge", "Other"], random),
    }),
  }));
  return {
    validations: all,
    ...(chance(random, 0.2) && {
      auditAnnotations: [{ key: "k", valueExpression: pick(["'x'", "object.data.k", "null", "1"], random) }],
    }),
  };
}

const CONFIGURATIONS = [
  "Object{metadata: Object.metadata{labels: {'added': 'yes'}}}",
  "Object{metadata: Object.metadata{annotations: {'by': request.userInfo.username}}}",
  "Object{data: {'added': 'x', 'k': 'changed'}}",
  "Object{spec: Object.spec{replicas: 4}}",
  "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'side', image: 'side'}]}}}}",
  "Object{nope: 'x'}",
  "Object{data: {'k': 5}}",
  "Object{metadata: Object.metadata{labels: variables.labels}}",
  "Object{metadata: Object.metadata{labels: {'bad label!': 'x'}}}",
  "Object{}",
  "has(object.data) ? Object{data: {'size': string(object.data.size())}} : Object{}",
  "Object{metadata: Object.metadata{finalizers: ['a.b/c']}}",
  "Object{spec: Object.spec{minReplicas: 1}}",
  "Object{immutable: true}",
];
const PATCHES = [
  "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'patched': 'yes'}}]",
  "[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'a': 'b'}}, JSONPatch{op: 'add', path: '/metadata/annotations/' + jsonpatch.escapeKey('x/y~z'), value: 'w'}]",
  "[JSONPatch{op: 'replace', path: '/data/k', value: 'patched'}]",
  "[JSONPatch{op: 'remove', path: '/data'}]",
  "[JSONPatch{op: 'test', path: '/data/k', value: 'v'}, JSONPatch{op: 'replace', path: '/data/k', value: 'tested'}]",
  "[JSONPatch{op: 'copy', from: '/metadata/name', path: '/data/copied'}]",
  "[JSONPatch{op: 'move', from: '/data/k', path: '/data/moved'}]",
  "[JSONPatch{op: 'add', path: '/spec/replicas', value: 2}]",
  "[JSONPatch{op: 'add', path: '/spec/template/spec/containers/-', value: Object.spec.template.spec.containers{name: 'more', image: 'more'}}]",
  "[JSONPatch{op: 'bogus', path: '/x', value: 1}]",
  "[JSONPatch{op: 'add', path: 'nope', value: 1}]",
  "[JSONPatch{op: 'add', path: '/nope/deep', value: 1}]",
  "[JSONPatch{op: 'add', path: '/nope', value: 1}]",
  "[]",
  "has(object.data) ? [JSONPatch{op: 'add', path: '/data/n', value: string(object.data.size())}] : []",
  "[JSONPatch{op: 'add', path: '/data/num', value: 5}]",
];
const OF_PARAMS_MUTATING = [
  "Object{metadata: Object.metadata{labels: {'limit': params.data.limit}}}",
  "Object{data: params == null ? {} : params.data}",
];

/** What a mutating policy changes. */
export function mutations(random: Random, hasParams: boolean): Json[] {
  return Array.from({ length: 1 + random.int(2) }, () => {
    if (chance(random, 0.02))
      return { patchType: "ApplyConfiguration", applyConfiguration: { expression: pick(WRONG, random) } };
    if (hasParams && chance(random, 0.6))
      return { patchType: "ApplyConfiguration", applyConfiguration: { expression: pick(OF_PARAMS_MUTATING, random) } };
    return chance(random, 0.5)
      ? { patchType: "ApplyConfiguration", applyConfiguration: { expression: pick(CONFIGURATIONS, random) } }
      : { patchType: "JSONPatch", jsonPatch: { expression: pick(PATCHES, random) } };
  });
}
