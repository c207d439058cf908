import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
/** A struct or kind that has an interface of its own. */
const NAMED = /^export declare const (\w+): import\("[^"]*"\)\.(?:StructNode<\{ readonly whole|KindDefinition<\w+>;)/gm;
const BYTES_MAX = 3_000_000;
const PROGRAM = `
import { Cluster, dynamicKind, isNotFound, kinds } from "navarch";
await using cluster = await Cluster.start({ nodes: 1, seed: 7 });
await cluster.client.apply({
  apiVersion: "v1", kind: "Pod", metadata: { name: "one", namespace: "default" },
  spec: { containers: [{ name: "main", image: "example.com/one:1" }] },
});
await cluster.settle();
const { status } = await cluster.client.get(kinds.Pod, { namespace: "default", name: "one" });
console.log(status.phase);
const thing = dynamicKind({ group: "x.example", version: "v1", kind: "Thing", plural: "things", scope: "Cluster" });
console.log(await cluster.client.get(thing, { name: "a" }).catch(isNotFound));
`;

suite("the package as npm packs it", () => {
  const directory = mkdtempSync(join(tmpdir(), "navarch-package-"));
  const modules = join(directory, "node_modules");
  after(() => rmSync(directory, { recursive: true, force: true }));
  const run = (program: string, args: readonly string[], cwd = directory) =>
    execFileSync(program, [...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

  // As npm would lay it out, with the dependencies that are here already.
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, "node_modules")).filter((one) => !one.startsWith(".")))
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  run("npm", ["pack", "--silent", "--pack-destination", directory], ROOT);
  const tarball = readdirSync(directory).find((file) => file.endsWith(".tgz"))!;
  run("tar", ["-xzf", tarball]);
  run("mv", ["package", join(modules, "navarch")]);
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');

  test("a program imports it and runs a cluster", () => {
    writeFileSync(join(directory, "program.js"), PROGRAM);
    assert.equal(run(process.execPath, ["program.js"]), "Running\ntrue\n");
  });

  test("its command starts", () => {
    const launcher = join(modules, "navarch", "bin", "navarch.js");
    assert.match(run(process.execPath, [launcher, "--help"]), /run a cluster on this machine/);
  });

  test("its types are those of the sources, by name", () => {
    const types = join(modules, "navarch", "dist", "types");
    const files = readdirSync(join(types, "api"), { recursive: true, encoding: "utf8" });
    const lines = files
      .filter((file) => file.endsWith(".d.ts"))
      .flatMap((file) => {
        const text = readFileSync(join(types, "api", file), "utf8");
        const [source, made] = [join(ROOT, "src/api"), join(types, "api")].map((place) => {
          return `import(${JSON.stringify(join(place, file.replace(/\.d\.ts$/, ".ts")))})`;
        });
        return [...text.matchAll(NAMED)].flatMap(([, name]) => [
          `({}) as ${source}.${name} satisfies ${made}.${name};`,
          `({}) as ${made}.${name} satisfies ${source}.${name};`,
        ]);
      });
    assert.ok(lines.length > 1000, `${lines.length / 2} named types`);
    writeFileSync(join(directory, "same.ts"), `export {};\n${lines.join("\n")}\n`);
    const options = { extends: join(ROOT, "tsconfig.json"), compilerOptions: { noEmit: true, types: ["node"] } };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ ...options, include: ["same.ts"] }));
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    assert.equal(run(process.execPath, [tsc, "--project", "tsconfig.json"]), "");
    rmSync(join(directory, "tsconfig.json"));
    const bytes = readdirSync(types, { recursive: true, encoding: "utf8" })
      .map((file) => statSync(join(types, file)))
      .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
    assert.ok(bytes < BYTES_MAX, `${bytes} bytes of types`);
  });

  test("its types are found", () => {
    writeFileSync(join(directory, "program.ts"), PROGRAM.replace("nodes: 1", 'nodes: "one"'));
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const options = ["--module", "nodenext", "--target", "esnext", "--skipLibCheck", "--noEmit", "--strict"];
    const compile = (file: string) => run(process.execPath, [tsc, ...options, "--types", "node", file]);
    assert.throws(
      () => compile("program.ts"),
      (error: { stdout: string }) => /TS2322.*string/.test(error.stdout),
    );
    writeFileSync(join(directory, "right.ts"), PROGRAM);
    assert.equal(compile("right.ts"), "");
  });
});
