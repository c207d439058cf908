import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { freePort } from "../../src/net/testing/free-port.ts";
import { command, eventually, LAUNCHER, TestCluster } from "./cli.ts";

const isRoot = process.getuid?.() === 0;

const mounts = new Set<string>();

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "navarch-up-"));
  t.after(async () => {
    if (mounts.has(directory)) await command("umount", [directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Puts a disk in memory at a directory until the test is over; skips the test where that can't be. */
async function mount(t: TestContext, directory: string, options: string): Promise<boolean> {
  const { code, stderr } = await command("mount", ["-t", "tmpfs", "-o", options, "navarch-test", directory]);
  if (code !== 0) t.skip(`mount failed: ${stderr.trim()}`);
  else mounts.add(directory);
  return code === 0;
}

const navarch = (...args: readonly string[]) => command(process.execPath, [LAUNCHER, ...args]);
const up = (directory: string, ...args: readonly string[]) =>
  navarch("up", "--data-dir", directory, "--listen", "127.0.0.1:0", "--nodes", "none", ...args);

suite("what goes wrong is said in one sentence, and nothing half-made stays", () => {
  test("a port in use", async (t) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    t.after(() => taken.close());
    const { port } = taken.address() as { port: number };
    const directory = join(temporary(t), "data");
    const { code, stderr } = await navarch(
      "up",
      "--data-dir",
      directory,
      "--listen",
      `127.0.0.1:${port}`,
      "--nodes",
      "none",
    );
    assert.equal(code, 1);
    assert.equal(stderr, `navarch: listen: port ${port} on 127.0.0.1 is in use, wanted a free one\n`);
    assert.equal(existsSync(directory), false);
  });

  test("a path through a file", async (t) => {
    const place = join(temporary(t), "file");
    writeFileSync(place, "");
    const { code, stderr } = await up(join(place, "data"));
    assert.equal(code, 1);
    assert.equal(stderr, `navarch: make ${place}/data: a part of the path is a file, wanted directories\n`);
  });

  test("a directory that can't be written to", async (t) => {
    const place = temporary(t);
    // Nothing but a disk that is read-only keeps root out.
    if (!isRoot) chmodSync(place, 0o500);
    else if (!(await mount(t, place, "ro"))) return;
    const { code, stderr } = await up(join(place, "data"));
    assert.equal(code, 1);
    assert.match(stderr, /^navarch: make .*data: .*, wanted .*\(--data-dir DIR\).*\n$/);
  });

  test("a full disk", { skip: isRoot ? false : "mounting a small disk needs root" }, async (t) => {
    const disk = temporary(t);
    if (!(await mount(t, disk, "size=40k"))) return;
    const directory = join(disk, "data");
    const { code, stderr } = await up(directory);
    const left = existsSync(directory);
    assert.equal(code, 1);
    assert.match(stderr, /^navarch: .*the disk is full, wanted free space\n$/);
    assert.equal(left, false);
  });

  test("data of a newer version, a corrupt configuration, a corrupt key", async (t) => {
    const directory = temporary(t);
    writeFileSync(join(directory, "format"), "99\n");
    assert.match(
      (await up(directory)).stderr,
      /^navarch: open data directory: .* written by a newer Navarch \(format 99\)/,
    );
    rmSync(join(directory, "format"));
    writeFileSync(join(directory, "config.json"), "{");
    assert.match((await up(directory)).stderr, /^navarch: read .*config\.json: it is not JSON/);
    rmSync(join(directory, "config.json"));
    await navarch("pki", "--data-dir", directory);
    writeFileSync(join(directory, "pki", "ca.key"), "no key");
    assert.match(
      (await up(directory)).stderr,
      /^navarch: read .*ca\.crt and .*ca\.key: they are no authority's certificate and key/,
    );
    assert.ok(readdirSync(join(directory, "pki")).includes("ca.key"));
  });

  test("real nodes without the rights for them", { skip: isRoot ? "root has the rights" : false }, async (t) => {
    const { code, stderr } = await navarch("up", "--data-dir", join(temporary(t), "data"), "--nodes", "real");
    assert.equal(code, 1);
    assert.match(stderr, /^navarch: start node: real nodes need root/);
  });
});

suite("one cluster per data directory", () => {
  test("a second one says that it runs, also when both start at once", async (t) => {
    const directory = join(temporary(t), "data");
    const both = [0, 1].map(() =>
      spawn(process.execPath, [LAUNCHER, "up", "--data-dir", directory, "--listen", "127.0.0.1:0", "--nodes", "none"]),
    );
    t.after(() => both.forEach((child) => child.kill("SIGKILL")));
    const ended = both.map((child) => new Promise((resolve) => child.on("close", resolve)));
    const outputs = both.map(() => "");
    both.forEach((child, index) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk) => {
          outputs[index] += chunk;
        });
    });
    await eventually(async () => {
      assert.equal(outputs.filter((text) => text.includes("Ready in")).length, 1);
      assert.equal(outputs.filter((text) => text.includes(`it runs already in ${directory}`)).length, 1);
    });
    const third = await up(directory);
    assert.equal(third.code, 1);
    assert.match(third.stderr, /^navarch: start cluster: it runs already in .* \(process \d+\)/);
    for (const child of both) child.kill("SIGINT");
    await Promise.all(ended);
  });

  test("a pid that is left over and belongs to somebody else blocks nobody, and down leaves that one alone", async (t) => {
    const directory = temporary(t);
    const bystander = spawn("sleep", ["60"]);
    t.after(() => bystander.kill());
    writeFileSync(join(directory, "navarch.pid"), `${bystander.pid}\n`);
    assert.match((await navarch("down", "--data-dir", directory)).stdout, /^No cluster runs/);
    assert.equal(bystander.exitCode, null);
    await using cluster = await TestCluster.up(["--nodes", "none"], { directory });
    assert.match(cluster.output, /Ready in/);
  });
});

suite("a cluster's life", () => {
  test("Ctrl-C stops it in order", async () => {
    const cluster = await TestCluster.up(["--nodes", "simulated:2"]);
    assert.equal(await cluster.stop(), 0);
    assert.deepEqual(
      ["navarch.pid", "running.json"].filter((name) => existsSync(join(cluster.directory, name))),
      [],
    );
    rmSync(cluster.directory, { recursive: true });
  });

  test("Ctrl-C while it starts ends it too, and leaves nothing of a new one", async (t) => {
    const directory = join(temporary(t), "data");
    const args = ["up", "--data-dir", directory, "--listen", "127.0.0.1:0", "--nodes", "simulated:300"];
    const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    const ended = new Promise((resolve) => child.on("close", resolve));
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await eventually(async () => assert.match(output, /API server/));
    child.kill("SIGINT");
    assert.equal(await ended, 130);
    assert.doesNotMatch(output, /Ready/);
    assert.equal(existsSync(directory), false);
  });

  test("--detach returns once it is ready; status shows its parts and nodes; down ends it", async (t) => {
    const directory = join(temporary(t), "data");
    const listen = `127.0.0.1:${await freePort()}`;
    const started = await navarch(
      "up",
      "--data-dir",
      directory,
      "--listen",
      listen,
      "--nodes",
      "simulated:2",
      "--detach",
    );
    assert.equal(started.code, 0, started.stderr);
    assert.match(started.stdout, /Ready in/);
    for (const step of ["certificates", "store", "API server", "controllers", "scheduler", "nodes"])
      assert.match(started.stdout, new RegExp(`^  ${step} +\\d+ ms$`, "m"));
    await eventually(async () => {
      const { code, stdout } = await navarch("status", "--data-dir", directory);
      assert.equal(code, 0, stdout);
      assert.match(stdout, new RegExp(`^  API server +ready at https://${listen}$`, "m"));
      assert.match(stdout, /^ {2}scheduler +running$/m);
      assert.match(stdout, /^ {2}node node-2 +Ready, v1\.36\.1$/m);
    });
    const down = await navarch("down", "--data-dir", directory, "--purge");
    assert.match(down.stdout, /has ended and its data is deleted/);
    assert.equal(existsSync(directory), false);
    assert.equal((await navarch("status", "--data-dir", directory)).code, 3);
  });

  test("--detach says why it failed", async (t) => {
    const directory = temporary(t);
    writeFileSync(join(directory, "format"), "99\n");
    const failed = await up(directory, "--detach");
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /written by a newer Navarch/);
  });
});
