import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { command, TestCluster, withoutKubectl } from "../e2e/cli.ts";
import { filledScript, missingLine, normalLines, parseScript } from "./script.ts";

const TESTDATA = join(import.meta.dirname, "testdata");
/** Fills in what is printed, for commands of which nothing is expected yet. */
const REWRITE = process.env.NAVARCH_REWRITE === "1";
const ONLY = new RegExp(process.env.NAVARCH_SCRIPTS ?? "");

const skip = await withoutKubectl();
const scripts = readdirSync(TESTDATA).filter((name) => name.endsWith(".txt") && ONLY.test(name));

/** Every script has a namespace of its own, a directory of its own and the files of testdata/files. */
suite("kubectl's commands", { skip }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.up(["--nodes", "simulated:1"]);
  });
  after(() => cluster[Symbol.asyncDispose]());

  for (const name of scripts) test(name, () => runScript(name));

  async function runScript(name: string): Promise<void> {
    const namespace = name.replace(/\.txt$/, "");
    const directory = join(cluster.directory, `script-${namespace}`);
    cpSync(join(TESTDATA, "files"), directory, { recursive: true });
    mkdirSync(join(directory, "home"));
    cpSync(join(cluster.directory, "kubeconfig"), join(directory, "kubeconfig"));
    const env = { KUBECONFIG: join(directory, "kubeconfig"), HOME: join(directory, "home"), TZ: "UTC", PS1: "" };
    const shell = (line: string) => command("sh", ["-c", `. ./lib.sh; exec 2>&1; ${line}`], { env, cwd: directory });
    await shell(`kubectl create ns ${namespace}; kubectl config set-context --current --namespace ${namespace}`);
    const text = readFileSync(join(TESTDATA, name), "utf8");
    const printed = new Map<number, readonly string[]>();
    const problems: string[] = [];
    for (const step of parseScript(text)) {
      const { code, stdout } = await shell(step.command);
      const lines = normalLines(stdout, directory);
      printed.set(step.line, lines);
      const where = `${name}:${step.line}: ${step.command}\n${lines.join("\n")}`;
      if ((code !== 0) !== step.fails) problems.push(`${where}\n=> ended with ${code}`);
      const missing = missingLine(step.expected, lines);
      if (missing !== undefined) problems.push(`${where}\n=> does not say: ${missing}`);
    }
    if (REWRITE) writeFileSync(join(TESTDATA, name), filledScript(text, printed));
    rmSync(directory, { recursive: true, force: true });
    assert.equal(problems.join("\n\n"), "");
  }
});
