import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, type CommandResult } from "../e2e/cli.ts";

/** The release whose server is built, and the version of the modules that it is made of. */
export const VERSION = "1.36.1";
const STAGING_VERSION = `v0.${VERSION.slice(2)}`;
const PROGRAM = "k8s.io/kubernetes/cmd/kube-apiserver";
const BUILD_TIMEOUT_MS = 3_600_000;

/**
 * Builds kube-apiserver from the modules that go's own proxy setting leads to, in a module of its own; minutes the first
 * time, nothing when it is there. Throws with go's words when that fails.
 */
export async function buildKubeApiserver(directory: string): Promise<string> {
  const built = join(directory, `kube-apiserver-${VERSION}`);
  if (existsSync(built)) return built;
  const { GoMod: goMod } = await moduleOf(directory);
  writeFileSync(join(directory, "go.mod"), moduleFile(readFileSync(goMod, "utf8")));
  // Sums of go's own database, as for any module.
  const args = [
    "build",
    "-mod=mod",
    "-trimpath",
    "-p=2",
    `-ldflags=${stamps().join(" ")}`,
    "-o",
    `${built}.new`,
    PROGRAM,
  ];
  await go(directory, args, BUILD_TIMEOUT_MS);
  renameSync(`${built}.new`, built);
  return built;
}

async function moduleOf(directory: string): Promise<{ readonly GoMod: string }> {
  mkdirSync(directory, { recursive: true });
  const { stdout } = await go(
    directory,
    ["mod", "download", "-json", `k8s.io/kubernetes@v${VERSION}`],
    BUILD_TIMEOUT_MS,
  );
  return JSON.parse(stdout);
}

/** The server's module replaces those that it shares a repository with by folders that its archive lacks: they have releases. */
function moduleFile(original: string): string {
  const staged = [...original.matchAll(/^\s*(\S+) => \.\/staging\//gm)].map(([, name]) => name!);
  if (staged.length === 0) throw new Error("build kube-apiserver: its go.mod names no folder below staging");
  const goVersion = /^go (\S+)$/m.exec(original)?.[1];
  return [
    "module upstream",
    `go ${goVersion}`,
    `require k8s.io/kubernetes v${VERSION}`,
    ...staged.map((name) => `replace ${name} => ${name} ${STAGING_VERSION}`),
    "",
  ].join("\n");
}

/** What a release says of itself. */
function stamps(): readonly string[] {
  const [major, minor] = VERSION.split(".");
  const values = { gitVersion: `v${VERSION}`, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const set = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ["-s", "-w", ...set];
}

async function go(directory: string, args: readonly string[], timeoutMs: number): Promise<CommandResult> {
  const env = { GOFLAGS: "-buildvcs=false", GOWORK: "off" };
  const result = await command("go", args, { cwd: directory, env, timeoutMs });
  if (result.code !== 0) throw new Error(`go ${args[0]}: ${result.stderr.trim().split("\n").slice(-20).join("\n")}`);
  return result;
}
