/**
 * Writes the first version of API type files from recorded facts: `scaffold-kind.ts FACTS_DIR [GROUP/VERSION/Kind …]`.
 * Types that the tree already declares are referred to, never rewritten; what is written is kept by hand from then on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

interface FactField {
  name?: string;
  inline?: string;
  protoOnly?: string;
  type: string;
  alias?: string;
  ptr?: boolean;
  elemPtr?: boolean;
  omitempty?: boolean;
  omitzero?: boolean;
  required?: boolean;
  default?: unknown;
  nullable?: boolean;
  enum?: string[];
  format?: string;
  elem?: { default?: unknown; enum?: string[]; nullable?: boolean };
  listType?: string;
  listMapKeys?: string[];
  mapType?: string;
  patchStrategy?: string;
  patchMergeKey?: string;
  pb?: number;
  pbName?: string;
  gates?: string[];
  rules?: string[];
}
interface FactType {
  kind: string;
  proto?: string;
  special?: string | boolean;
  json?: unknown;
  mapType?: string;
  unions?: unknown[];
  fields?: FactField[];
  gvk?: string[][];
}
interface FactResource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  shortNames?: string[];
  categories?: string[];
  verbs: string[];
  served: string;
  subresources?: { name: string; kind: string; groupVersion?: string; verbs: string[] }[];
}

const [factsDir, ...wanted] = process.argv.slice(2);
if (!factsDir || wanted.length === 0) {
  console.error("usage: scaffold-kind.ts FACTS_DIR GROUP/VERSION/Kind|OPENAPI_NAME …");
  process.exit(2);
}
const types: Record<string, FactType> = JSON.parse(readFileSync(join(factsDir, "types.json"), "utf8"));
const resources: FactResource[] = JSON.parse(readFileSync(join(factsDir, "resources.json"), "utf8")).resources;
const apiDir = process.env.API_DIR ?? join(import.meta.dirname, "../src/api");

const SCALARS: Record<string, string> = {
  string: "string",
  bool: "boolean",
  int32: "int32",
  int64: "int64",
  uint32: "int64",
  float64: "float64",
  bytes: "bytes",
  any: "any",
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intOrString",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "microTime",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Duration": "duration",
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "raw",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "raw",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "any",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "any",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "any",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "any",
};
const TYPE_META = "io.k8s.apimachinery.pkg.apis.meta.v1.TypeMeta";

/** Where a type goes: its folder by package, its file by the first kind that reaches it, or by these patterns. */
const FILES: [RegExp, string][] = [
  [
    /core\.v1\.(.*VolumeSource|Volume|VolumeProjection|KeyToPath|DownwardAPIProjection|.*Projection|DownwardAPIVolumeFile|ResourceFieldSelector|PersistentVolumeClaimTemplate)$/,
    "volume",
  ],
  [
    /core\.v1\.(Container|ContainerPort|Probe.*|Lifecycle.*|Env.*|ExecAction|HTTP.*Action|HTTPHeader|TCPSocketAction|GRPCAction|SleepAction|.*EnvSource|.*KeySelector|SecurityContext|Capabilities|SELinuxOptions|WindowsSecurityContextOptions|SeccompProfile|AppArmorProfile|Resource(Requirements|Claim)|Volume(Mount|Device)|ContainerResizePolicy|ContainerRestart.*|EphemeralContainer.*)$/,
    "container",
  ],
  [
    /core\.v1\.(.*Affinity|.*AffinityTerm|NodeSelector.*|PreferredSchedulingTerm|Toleration|TopologySpreadConstraint)$/,
    "affinity",
  ],
  [
    /core\.v1\.(Container(Status|State.*|User)|LinuxContainerUser|VolumeMountStatus|ResourceStatus|ResourceHealth)$/,
    "containerstatus",
  ],
  [
    /core\.v1\.(LocalObjectReference|SecretReference|ObjectReference|TypedLocalObjectReference|TypedObjectReference)$/,
    "references",
  ],
];

const known = new Map<string, { file: string; symbol: string }>();
for (const file of existsSync(apiDir) ? readdirSync(apiDir, { recursive: true, encoding: "utf8" }) : []) {
  if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
  const text = readFileSync(join(apiDir, file), "utf8");
  for (const match of text.matchAll(/export const (\w+)[^=]*= (?:struct\(\s*|kind\(\{\s*name: )"(io\.k8s[^"]+)"/g))
    known.set(match[2]!, { file, symbol: match[1]! });
}

/** Group, version and kind triples of a type; some types belong to every group and say so in words. */
function gvkOf(name: string): string[][] {
  const gvk: unknown = types[name]!.gvk;
  return Array.isArray(gvk) ? gvk : [];
}

function folderOf(name: string): string {
  const parts = name.split(".");
  const version = parts.at(-2)!;
  const owner = parts.at(-3)!;
  if (name.includes(".apimachinery.")) return `meta/${version}`;
  return `${owner}/${version}`;
}

const files = new Map<string, string[]>();
const placed = new Map<string, { file: string; symbol: string }>();

function place(name: string, file: string): void {
  if (known.has(name) || placed.has(name) || SCALARS[name]) return;
  const type = types[name];
  if (!type) throw new Error(`no such type: ${name}`);
  if (type.kind !== "struct") return refsOf(type.kind).forEach((inner) => place(inner, file));
  const folder = folderOf(name);
  const sameFolder = dirname(file) === folder;
  const pattern = FILES.find(([regex]) => regex.test(name));
  const isTop = (type.fields ?? []).some((field) => field.inline === TYPE_META);
  const own = name.split(".").at(-1)!.toLowerCase();
  const target = pattern ? `${folder}/${pattern[1]}.ts` : isTop || !sameFolder ? `${folder}/${own}.ts` : file;
  placed.set(name, { file: target, symbol: name.split(".").at(-1)! });
  for (const field of type.fields ?? [])
    for (const inner of refsOf(field.inline ?? field.type ?? "")) if (inner !== TYPE_META) place(inner, target);
  const list = files.get(target) ?? [];
  list.push(name);
  files.set(target, list);
}

function refsOf(type: string): string[] {
  return [...type.matchAll(/io\.k8s[\w.-]+/g)].map((match) => match[0]);
}

const kinds = new Map<string, FactResource>();
for (const want of wanted) {
  const [group, version, kindName] = want.split("/");
  const resource = resources.find(
    (one) => one.group === (group === "core" ? "" : group) && one.version === version && one.kind === kindName,
  );
  const name = resource
    ? (Object.keys(types).find(
        (one) =>
          gvkOf(one).some(([g, v, k]) => g === resource.group && v === version && k === kindName) &&
          one.startsWith("io.k8s.api."),
      ) ??
      Object.keys(types).find((one) =>
        gvkOf(one).some(([g, v, k]) => g === resource.group && v === version && k === kindName),
      ))
    : want;
  if (!name || !types[name]) throw new Error(`not found: ${want}`);
  if (resource) kinds.set(name, resource);
  place(name, `${folderOf(name)}/${name.split(".").at(-1)!.toLowerCase()}.ts`);
}

interface Used {
  dsl: Set<string>;
  types: Set<string>;
  kind: Set<string>;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value !== null && typeof value === "object")
    return `{ ${Object.entries(value)
      .map(([k, v]) => `${/^\w+$/.test(k) ? k : JSON.stringify(k)}: ${literal(v)}`)
      .join(", ")} }`;
  return JSON.stringify(value);
}

function isZero(value: unknown): boolean {
  return (
    value === "" ||
    value === 0 ||
    value === false ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0)
  );
}

function nodeText(type: string, used: Used): string {
  const container = /^(list|map)<(.*)>$/.exec(type);
  if (container) {
    if (container[1] === "list") {
      used.dsl.add("listOf");
      return `listOf(${nodeText(container[2]!, used)})`;
    }
    throw new Error(`map inside a container: ${type}`);
  }
  if (SCALARS[type]) {
    used.dsl.add("scalar");
    return `scalar.${SCALARS[type]}`;
  }
  const fact = types[type]!;
  if (fact.kind !== "struct") return nodeText(fact.kind, used);
  used.types.add(type);
  return (placed.get(type) ?? known.get(type))!.symbol;
}

function options(field: FactField): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  if (field.ptr) out.ptr = true;
  const isStruct = types[field.type]?.kind === "struct" && !SCALARS[field.type];
  if (!field.omitempty && !field.ptr && !isStruct && !field.omitzero) out.always = true;
  if (!field.omitempty && field.ptr) out.always = true;
  if (field.omitzero) out.omitZero = true;
  if (field.required) out.required = true;
  if (field.nullable) out.nullable = true;
  if (field.default !== undefined && !isZero(field.default)) out.default = field.default;
  if (field.enum) out.enum = field.enum;
  if (field.listType) out.list = field.listType;
  if (field.listMapKeys) out.keys = field.listMapKeys;
  if (field.mapType === "atomic") out.atomic = true;
  if (field.patchStrategy) out.patch = field.patchStrategy.split(",");
  if (field.patchMergeKey !== undefined) out.mergeKey = field.patchMergeKey;
  if (field.format) out.format = field.format;
  const element: Record<string, unknown> = {};
  if (field.elem?.enum) element.enum = field.elem.enum;
  if (field.elem?.nullable) element.nullable = true;
  if (field.elem?.default !== undefined && !isZero(field.elem.default)) element.default = field.elem.default;
  if (field.elemPtr) element.ptr = true;
  if (Object.keys(element).length > 0) out.element = element;
  if (field.gates) out.gates = field.gates;
  if (field.rules) out.rules = field.rules;
  if (field.inline) out.inline = true;
  return out;
}

function fieldText(field: FactField, used: Used): string {
  const given = options(field);
  const tail = Object.keys(given).length > 0 ? `, ${literal(given)}` : "";
  const number = field.pb ?? 0;
  let type = field.inline ?? field.type;
  while (types[type] && types[type]!.kind !== "struct" && !SCALARS[type]) type = types[type]!.kind;
  const name = field.name ?? field.pbName ?? lowerFirst(type.split(".").at(-1)!);
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  const container = /^(list|map)<(?:string,)?(.*)>$/.exec(type);
  if (container) {
    used.dsl.add(container[1]!);
    return `${key}: ${container[1]}(${number}, ${nodeText(container[2]!, used)}${tail}),`;
  }
  if (SCALARS[type]) {
    used.dsl.add(SCALARS[type]!);
    return `${key}: ${SCALARS[type]}(${number}${tail}),`;
  }
  used.dsl.add("ref");
  return `${key}: ref(${number}, ${nodeText(type, used)}${tail}),`;
}

function lowerFirst(text: string): string {
  return text[0]!.toLowerCase() + text.slice(1);
}

function structText(name: string, used: Used): string {
  const type = types[name]!;
  const resource = kinds.get(name);
  const symbol = placed.get(name)!.symbol;
  const isTop = (type.fields ?? []).some((field) => field.inline === TYPE_META);
  const own = (type.fields ?? []).filter((field) => field.inline !== TYPE_META && !field.protoOnly);
  if (resource) return kindText({ name, symbol, resource, own, used });
  used.dsl.add("struct");
  used.dsl.add("type Infer");
  if (isTop) used.kind.add("typeMeta");
  const lines = [...(isTop ? ["...typeMeta(),"] : []), ...own.map((field) => fieldText(field, used))];
  const given: Record<string, unknown> = {};
  const usual = name.replace(/^io\.k8s\./, "k8s.io.").replaceAll("-", "_");
  if (type.proto === undefined) given.proto = null;
  else if (type.proto !== usual) given.proto = type.proto;
  if (type.mapType === "atomic") given.atomic = true;
  if (type.unions) given.unions = type.unions;
  const tail = Object.keys(given).length > 0 ? `, ${literal(given)}` : "";
  return `export const ${symbol} = struct("${name}", () => ({\n${lines.map((line) => `  ${line}`).join("\n")}\n})${tail});\nexport interface ${symbol} extends Infer<typeof ${symbol}> {}\n`;
}

function kindText({
  name,
  symbol,
  resource,
  own,
  used,
}: {
  name: string;
  symbol: string;
  resource: FactResource;
  own: FactField[];
  used: Used;
}): string {
  used.kind.add("kind");
  used.kind.add("type InferKind");
  const all = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
  const fields = own.filter((field) => field.name !== "metadata").map((field) => `    ${fieldText(field, used)}`);
  const subresources = (resource.subresources ?? []).map((sub) => {
    const given: Record<string, unknown> = { name: sub.name };
    if (sub.kind !== resource.kind) given.kind = sub.kind;
    const gv = resource.group ? `${resource.group}/${resource.version}` : resource.version;
    if (sub.groupVersion && sub.groupVersion !== gv) given.groupVersion = sub.groupVersion;
    given.verbs = sub.verbs;
    return `    ${literal(given)},`;
  });
  const lines = [
    `  name: "${name}",`,
    `  group: "${resource.group}", version: "${resource.version}", kind: "${resource.kind}", plural: "${resource.plural}"${resource.singular !== resource.kind.toLowerCase() ? `, singular: "${resource.singular}"` : ""},`,
    ...(resource.shortNames ? [`  shortNames: ${literal(resource.shortNames)},`] : []),
    ...(resource.categories ? [`  categories: ${literal(resource.categories)},`] : []),
    `  scope: "${resource.namespaced ? "Namespaced" : "Cluster"}",`,
    ...(all.join() !== resource.verbs.join() ? [`  verbs: ${literal(resource.verbs)},`] : []),
    ...(subresources.length > 0 ? ["  subresources: [", ...subresources, "  ],"] : []),
    "  fields: () => ({",
    ...fields,
    "  }),",
  ];
  return `export const ${symbol} = kind({\n${lines.join("\n")}\n});\nexport interface ${symbol} extends InferKind<typeof ${symbol}> {}\n`;
}

for (const [file, names] of files) {
  const used: Used = { dsl: new Set(), types: new Set(), kind: new Set() };
  const order = [...names].sort((a, b) => Number(kinds.has(b)) - Number(kinds.has(a)));
  // What others use comes first: a kind's own file ends with the kind, whose parts stand above it.
  const body = order
    .reverse()
    .map((name) => structText(name, used))
    .join("\n");
  const imports: string[] = [];
  const schemaPath = relative(join(apiDir, dirname(file)), join(apiDir, "../schema/index.ts"));
  if (used.dsl.size > 0) imports.push(`import { ${[...used.dsl].sort().join(", ")} } from "${schemaPath}";`);
  if (used.kind.size > 0)
    imports.push(`import { ${[...used.kind].sort().join(", ")} } from "${relative(dirname(file), "kind.ts")}";`);
  const byFile = new Map<string, string[]>();
  for (const type of used.types) {
    const at = (placed.get(type) ?? known.get(type))!;
    if (at.file === file) continue;
    byFile.set(at.file, [...(byFile.get(at.file) ?? []), at.symbol]);
  }
  for (const [from, symbols] of [...byFile].sort()) {
    const path = relative(dirname(file), from);
    imports.push(`import { ${symbols.sort().join(", ")} } from "${path.startsWith(".") ? path : `./${path}`}";`);
  }
  const target = join(apiDir, file);
  if (existsSync(target)) console.error(`exists, add by hand or merge: ${file}: ${names.join(", ")}`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(existsSync(target) ? `${target}.new` : target, `${imports.join("\n")}\n\n${body}`);
}
