/** House rules as a program: who may import whom, who owns time and the machine, how large things may grow. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { ROOT } from "./run.ts";
import { unusedExports } from "./unused-exports.ts";

const FOUNDATION = ["base", "api", "cel", "client", "runtime", "net", "pki"];
/** Folder -> folders whose door it may use. */
const MAY_IMPORT: Readonly<Record<string, readonly string[] | "all">> = {
  base: [],
  schema: ["base"],
  net: ["base"],
  pki: ["base"],
  cel: ["base", "schema"],
  api: ["base", "schema", "cel"],
  store: ["base", "net"],
  client: ["base", "schema", "api", "net", "pki"],
  runtime: ["base", "api", "client"],
  apiserver: ["base", "schema", "api", "cel", "net", "pki", "store", "client", "runtime"],
  scheduler: FOUNDATION,
  controllers: FOUNDATION,
  kubelet: FOUNDATION,
  proxy: FOUNDATION,
  dns: FOUNDATION,
  cloud: ["base", "api", "client", "runtime", "net"],
  cluster: "all",
  package: ["cluster"],
  cli: "all",
  sim: "all",
};

/** What only its owners may name: pattern -> path prefixes. */
const OWNED: readonly (readonly [string, RegExp, readonly string[]])[] = [
  ["the current time", /\bDate\.now\(|\bnew Date\(\)/, ["src/base/", "src/cli/", "tools/", "bench/", "test/"]],
  ["timers", /(?<![\w.])set(Timeout|Interval|Immediate)\(/, ["src/base/", "tools/", "bench/", "test/"]],
  ["Math.random", /\bMath\.random\(/, ["tools/"]],
  ["process", /(?<![\w.])process\.(?!memory)/, ["src/cli/", "src/cluster/", "tools/", "bench/", "test/", "bin/"]],
  ["console", /\bconsole\./, ["src/cli/", "tools/", "bench/", "test/"]],
];
/** node: modules beside the pure ones, and who may use them. */
const PURE_MODULES = new Set([
  "node:crypto",
  "node:zlib",
  "node:util",
  "node:path",
  "node:buffer",
  "node:stream",
  "node:stream/promises",
  "node:events",
  "node:module",
]);
/** Reads the text of an address, and opens nothing. */
const ONLY_ADDRESSES = /^import \{ (isIP(v[46])?(, )?)+ \} from "node:net";$/m;
const MACHINE_OWNERS = [
  "src/net/",
  "src/store/",
  // A thread to read large YAML in.
  "src/apiserver/yaml-",
  "src/kubelet/host/",
  "src/kubelet/cri/",
  "src/kubelet/real.ts",
  "src/proxy/apply.ts",
  "src/dns/server.ts",
  "src/cluster/",
  "src/cli/",
];

const FILE_LINES_MAX = 800;
const FUNCTION_LINES_MAX = 70;

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** A file with its imports: [specifier, line, only types]. */
interface Source {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly { readonly path: string; readonly line: number; readonly typeOnly: boolean }[];
}

function sourcesIn(root: string): Source[] {
  const files = ["src", "tools", "test", "bench"]
    .filter((dir) => existsSync(join(root, dir)))
    .flatMap((dir) =>
      readdirSync(join(root, dir), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(dir, file)),
    );
  return files.map((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const imports = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gms)].map(
      (match) => ({
        path: match[2]!,
        line: text.slice(0, match.index).split("\n").length,
        typeOnly: match[1] !== undefined,
      }),
    );
    return { file, text, imports };
  });
}

const isTest = (file: string) => /\.(test|suite)\.ts$/.test(file) || /\/(testing|testdata)\//.test(file);
const folderOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1];

function importProblems({ file, imports }: Source): Problem[] {
  const from = folderOf(file);
  return imports.flatMap(({ path, line }): Problem[] => {
    if (!path.startsWith(".") || from === undefined || isTest(file)) return [];
    const target = relative(ROOT, resolve(ROOT, dirname(file), path));
    const to = folderOf(target);
    if (to === undefined || to === from) return [];
    const allowed = MAY_IMPORT[from];
    const problems: Problem[] = [];
    if (allowed !== "all" && !allowed?.includes(to))
      problems.push({ file, line, rule: "import-table", message: `${from} may not import ${to}` });
    if (!/^src\/[^/]+\/index\.ts$/.test(target) && !CONTRACT_FILES.has(target))
      problems.push({ file, line, rule: "door", message: `use ${to} through its index.ts, not ${target}` });
    return problems;
  });
}

/** What stands below a door because the door itself would pull in sockets, or all components where one is to run. */
const CONTRACT_FILES = new Set(["src/net/message.ts", "src/cluster/components/index.ts"]);

function ownershipProblems({ file, text, imports }: Source): Problem[] {
  if (isTest(file) || file.startsWith("tools/") || file.startsWith("test/") || file.startsWith("bench/")) return [];
  const problems: Problem[] = [];
  text.split("\n").forEach((line, index) => {
    if (/^\s*(\/\/|\*|\/\*)/.test(line)) return;
    for (const [what, pattern, owners] of OWNED) {
      if (pattern.test(line) && !owners.some((owner) => file.startsWith(owner)))
        problems.push({ file, line: index + 1, rule: "owner", message: `${what} belongs to ${owners.join(", ")}` });
    }
  });
  for (const { path, line } of imports) {
    if (
      path.startsWith("node:") &&
      !PURE_MODULES.has(path) &&
      !(path === "node:net" && ONLY_ADDRESSES.test(text)) &&
      !MACHINE_OWNERS.some((owner) => file.startsWith(owner))
    ) {
      problems.push({ file, line, rule: "owner", message: `${path} belongs to ${MACHINE_OWNERS.join(", ")}` });
    }
  }
  return problems;
}

/** Types count too: who reads one file of a circle has to read them all. */
function cycleProblems(sources: readonly Source[]): Problem[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const state = new Map<string, "open" | "done">();
  const problems: Problem[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      const loop = [...path.slice(path.indexOf(file)), file];
      problems.push({ file, line: 1, rule: "cycle", message: loop.join(" -> ") });
      return;
    }
    state.set(file, "open");
    for (const { path: target } of byFile.get(file)?.imports ?? [])
      if (target.startsWith(".")) visit(relative(ROOT, resolve(ROOT, dirname(file), target)), [...path, file]);
    state.set(file, "done");
  };
  for (const { file } of sources) if (file.startsWith("src/")) visit(file, []);
  return problems;
}

function sizeProblems({ file, text }: Source): Problem[] {
  const lines = text.split("\n");
  const problems: Problem[] = [];
  if (lines.length > FILE_LINES_MAX)
    problems.push({ file, line: 1, rule: "file-size", message: `${lines.length} lines, at most ${FILE_LINES_MAX}` });
  lines.forEach((line, index) => {
    const head =
      /^(\s*)(?:export )?(?:async )?(?:function\b|(?:static |async |\*|get |set )*#?\w+\([^)]*\)[^;]*\{$)/.exec(line);
    if (!head || !/\{\s*$/.test(line) || /^\s*(if|for|while|switch|return|describe|test|suite)\b/.test(line)) return;
    const end = lines.findIndex((other, at) => at > index && other.startsWith(`${head[1]}}`));
    if (end - index > FUNCTION_LINES_MAX)
      problems.push({
        file,
        line: index + 1,
        rule: "function-size",
        message: `${end - index} lines, at most ${FUNCTION_LINES_MAX}`,
      });
  });
  return isTest(file) ? [] : problems;
}

/** Maps whose keys users choose; a loop over a map's own keys is spared. */
const USERS_MAP =
  /\b((?:[a-z]\w*)?(?:[lL]abels|[aA]nnotations)|nodeSelector|properties|selectableFields|data|stringData|binaryData)(?:\?\.|!)?\[([a-z][\w.]*)\](?!\s*=[^=])/;

/** Tables whose keys are any text. */
const TABLE = /^(?:export )?const (\w+): (?:Readonly<)?(?:Partial<)?Record<string,/gm;

/** Whoever calls a label, a type or a header "constructor" must not find what every object inherits. */
function lookupProblems({ file, text }: Source): Problem[] {
  if (isTest(file) || !file.startsWith("src/")) return [];
  const tables = [...text.matchAll(TABLE)].map(([, name]) => name);
  const inTable = new RegExp(
    `\\b(?:(${tables.join("|")})(?:!|\\?\\.)?\\[(?!["\\d])([^\\]]+)|(\\w+) in (${tables.join("|")})\\b)`,
  );
  const isUserFacing = USER_FACING.some((folder) => file.startsWith(`src/${folder}/`));
  return text.split("\n").flatMap((line, index): Problem[] => {
    if (tables.length > 0 && inTable.test(line) && !line.includes("Object.hasOwn(") && !/^\s*(\/\/|\*)/.test(line))
      return [{ file, line: index + 1, rule: "lookup", message: "look into tables with own() of src/base" }];
    const [, map, key] =
      !isUserFacing || /^\s*(\/\/|\*|\/\*)/.test(line) ? [] : (USERS_MAP.exec(line.replace(/[`"].*?[`"]/g, "")) ?? []);
    if (map === undefined || key === "index" || /\bdelete /.test(line) || line.includes(`${key} in ${map}`)) return [];
    return [{ file, line: index + 1, rule: "lookup", message: `look ${key} up with own() of src/base` }];
  });
}

const USER_FACING = ["api", "apiserver", "cloud", "controllers", "dns", "kubelet", "proxy", "runtime", "scheduler"];

function textProblems({ file, text }: Source): Problem[] {
  return text.split("\n").flatMap((line, index): Problem[] => {
    const at = { file, line: index + 1 };
    const problems: Problem[] = [];
    if (/\b(TODO|FIXME|XXX)\b/.test(line) && !file.startsWith("tools/tidy"))
      problems.push({ ...at, rule: "unfinished", message: "say it in docs/reference/compatibility.md, or do it" });
    if (/registry\.npmjs\.org|proxy\.golang\.org|pypi\.org/.test(line) && !file.startsWith("tools/tidy"))
      problems.push({ ...at, rule: "registry", message: "names a registry's host" });
    return problems;
  });
}

/** Who reads what a file takes from another looks in one place. */
function repeatedImportProblems({ file, text }: Source): Problem[] {
  const seen = new Set<string>();
  return [...text.matchAll(/^import (?:type )?\{[^}]*\} from "([^"]+)";/gm)].flatMap(
    ({ 1: path, index }): Problem[] => {
      if (!seen.has(path!)) {
        seen.add(path!);
        return [];
      }
      const line = text.slice(0, index).split("\n").length;
      return [{ file, line, rule: "repeated-import", message: `import from ${path} once` }];
    },
  );
}

function doorProblems({ file, text }: Source): Problem[] {
  if (!/^src\/[^/]+\/index\.ts$/.test(file)) return [];
  return text.startsWith("/**")
    ? []
    : [{ file, line: 1, rule: "door-doc", message: "a door opens with what the folder is" }];
}

/** Packages that run as programs, or whose types come along with another's. */
const NOT_IMPORTED = /^(@types\/|@biomejs\/biome$|typescript$)/;

/** What is declared and imported by nothing only costs who installs it. */
function dependencyProblems(root: string, sources: readonly Source[]): Problem[] {
  const file = "package.json";
  const manifest = JSON.parse(readFileSync(join(root, file), "utf8"));
  const imported = new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/(?:from|import)\s*\(?"((?:@[^"/]+\/)?[^"/.][^"/]*)/g)].map((match) => match[1]),
    ),
  );
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((name) => !imported.has(name) && !NOT_IMPORTED.test(name))
    .map((name) => ({ file, line: 1, rule: "dependency", message: `nothing imports ${name}` }));
}

/** Every broken rule of the tree. */
function tidy(root = ROOT): Problem[] {
  const sources = sourcesIn(root);
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const locked: Problem[] = lock.includes('"resolved"')
    ? [{ file: "package-lock.json", line: 1, rule: "registry", message: "holds download addresses" }]
    : [];
  return [
    ...locked,
    ...cycleProblems(sources),
    ...dependencyProblems(root, sources),
    ...unusedExports(sources).map((unused) => ({ ...unused, rule: "unused-export" })),
    ...sources.flatMap((source) =>
      [
        importProblems,
        ownershipProblems,
        sizeProblems,
        lookupProblems,
        textProblems,
        doorProblems,
        repeatedImportProblems,
      ].flatMap((check) => check(source)),
    ),
  ];
}

if (import.meta.main) {
  const exceptions: Record<string, number> = JSON.parse(
    readFileSync(join(ROOT, "tools", "tidy-exceptions.json"), "utf8"),
  );
  const problems = tidy();
  const counts = new Map<string, number>();
  for (const { file, rule } of problems) counts.set(`${rule} ${file}`, (counts.get(`${rule} ${file}`) ?? 0) + 1);
  const broken = problems.filter(
    ({ file, rule }) => (counts.get(`${rule} ${file}`) ?? 0) > (exceptions[`${rule} ${file}`] ?? 0),
  );
  const stale = Object.entries(exceptions).filter(([key, allowed]) => (counts.get(key) ?? 0) < allowed);
  for (const { file, line, rule, message } of broken) console.log(`${file}:${line} ${rule}: ${message}`);
  for (const [key, allowed] of stale)
    console.log(
      `tools/tidy-exceptions.json: ${key} is down to ${counts.get(key) ?? 0}, the exception still says ${allowed}`,
    );
  if (process.argv.includes("--list")) console.log(JSON.stringify(Object.fromEntries([...counts].sort()), null, 2));
  process.exitCode = broken.length + stale.length > 0 ? 1 : 0;
}
