import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { command, TestCluster } from "./cli.ts";

const CLIENTS = join(import.meta.dirname, "clients");
/** What the clients are built into; a second run finds it there. */
const CACHE = join(import.meta.dirname, "../../node_modules/.cache/navarch-clients");
/** The first build compiles all of client-go. */
const BUILD_MS = 900_000;
/** Only against waiting for ever: the programs themselves say what they waited for in vain, minutes before. */
const RUN_MS = 900_000;

const GO_PROGRAMS: readonly GoProgram[] = [
  {
    name: "client-go lists, watches with informers of every form and elects a leader",
    command: "go-client",
    prints: "listed\nwatched\nformed\nelected\n",
  },
  {
    name: "an operator of controller-runtime follows its kind, conflicts and cleans up",
    command: "controller",
    prints: "reconciled\nconflicted\nremoved\n",
  },
  {
    name: "Helm installs, upgrades, rolls back and removes a chart of 27 kinds, applied by the server and merged by itself",
    command: "helm",
    args: [join(CLIENTS, "testdata", "chart")],
    prints: "served\nmerged\n",
  },
];

interface GoProgram {
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly prints: string;
}

async function without(program: string, ...args: string[]): Promise<string | false> {
  return (await command(program, args)).code === 0 ? false : `${program} is not on this machine`;
}

async function build(program: string, args: readonly string[], options: { cwd?: string }) {
  mkdirSync(CACHE, { recursive: true });
  const { code, stderr, stdout } = await command(program, args, { ...options, timeoutMs: BUILD_MS });
  return code === 0 ? undefined : `${program} ${args[0]} failed: ${(stderr || stdout).trim().split("\n").at(-1)}`;
}

const noGo = await without("go", "version");
const noPython = await without("python3", "-m", "venv", "-h");
const noJava = (await without("mvn", "--version")) || (await without("javac", "--version"));

suite("real clients", () => {
  for (const { name, command: program, args = [], prints } of GO_PROGRAMS)
    test(name, { skip: noGo }, async (t) => {
      const output = join(CACHE, program);
      const source = program === "go-client" ? "." : `./${program}`;
      const problem = await build("go", ["build", "-o", output, source], { cwd: join(CLIENTS, "go") });
      if (problem) return t.skip(problem);
      await using cluster = await TestCluster.up(["--nodes", "simulated:1"]);
      const env = { KUBECONFIG: join(cluster.directory, "kubeconfig"), KUBE_FEATURE_WatchListClient: "true" };
      const { code, stdout, stderr } = await command(output, args, { env, timeoutMs: RUN_MS });
      assert.equal(code, 0, stderr);
      assert.equal(stdout, prints);
    });

  test("the kubernetes package of Python creates, watches, executes and forwards a port", {
    skip: noPython,
  }, async (t) => {
    const python = join(CACHE, "python", "bin", "python");
    if (!existsSync(python)) {
      const problem = await build("python3", ["-m", "venv", join(CACHE, "python")], {});
      if (problem) return t.skip(problem);
    }
    const requirements = join(CLIENTS, "python", "requirements.txt");
    const problem = await build(python, ["-m", "pip", "install", "-q", "-r", requirements], {});
    if (problem) return t.skip(problem);
    await using cluster = await TestCluster.up(["--nodes", "simulated:1"]);
    const env = { KUBECONFIG: join(cluster.directory, "kubeconfig") };
    const { code, stdout, stderr } = await command(python, [join(CLIENTS, "python", "client.py")], {
      env,
      timeoutMs: RUN_MS,
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "created\nwatched\nexecuted\nforwarded\n");
  });

  test("fabric8's client of Java applies, watches, scales, executes and forwards a port", {
    skip: noJava,
  }, async (t) => {
    const [pom, classPath] = [join(CLIENTS, "java", "pom.xml"), join(CACHE, "java-class-path")];
    const goal = ["dependency:build-classpath", `-Dmdep.outputFile=${classPath}`];
    const problem = await build("mvn", ["-q", "-B", "-f", pom, ...goal], {});
    if (problem) return t.skip(problem);
    await using cluster = await TestCluster.up(["--nodes", "simulated:1"]);
    const env = { KUBECONFIG: join(cluster.directory, "kubeconfig") };
    const args = ["-cp", readFileSync(classPath, "utf8").trim(), join(CLIENTS, "java", "Client.java")];
    const { code, stdout, stderr } = await command("java", args, { env, timeoutMs: RUN_MS });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "applied\nwatched\nscaled\nreached\n");
  });
});
