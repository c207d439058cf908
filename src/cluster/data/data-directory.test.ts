import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openDataDirectory, purgeDataDirectory, runningPid } from "./data-directory.ts";
import { readConfigFile } from "./config-file.ts";
import { ConfigError } from "../errors.ts";
import { explained } from "../problems.ts";

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "navarch-data-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("a data directory is one process's at a time, and free again once closed", async (t) => {
  const path = join(temporary(t), "deep", "data");
  const first = await openDataDirectory(path);
  assert.equal(readFileSync(join(path, "format"), "utf8"), "1\n");
  assert.equal(readFileSync(join(path, "navarch.pid"), "utf8"), `${process.pid}\n`);
  await assert.rejects(openDataDirectory(path), (error: Error) =>
    error.message.startsWith(`start cluster: it runs already in ${path} (process ${process.pid})`),
  );
  assert.equal(await runningPid(path), process.pid);
  await first.close();
  assert.equal(await runningPid(path), undefined);
  await (await openDataDirectory(path)).close();
});

test("of many that start at once one gets it", async (t) => {
  const path = join(temporary(t), "data");
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => openDataDirectory(path)));
  const got = all.filter((one) => one.status === "fulfilled");
  assert.equal(got.length, 1);
  await got[0]!.value.close();
});

test("a pid that a killed process left blocks nobody, even if another process has that number now", async (t) => {
  const path = temporary(t);
  await (await openDataDirectory(path)).close();
  writeFileSync(join(path, "navarch.pid"), `${process.ppid}\n`);
  assert.equal(await runningPid(path), undefined);
  await (await openDataDirectory(path)).close();
});

test("a directory of a newer version, or of something else, is left alone", async (t) => {
  const newer = temporary(t);
  writeFileSync(join(newer, "format"), "2\n");
  await assert.rejects(
    openDataDirectory(newer),
    /was written by a newer Navarch \(format 2\), wanted format 1 or older$/,
  );
  assert.deepEqual(readdirSync(newer).sort(), ["format", "lock"]);
  writeFileSync(join(newer, "format"), "x");
  await assert.rejects(openDataDirectory(newer), /format holds "x", wanted a number$/);
  const other = temporary(t);
  writeFileSync(join(other, "thesis.tex"), "");
  await assert.rejects(openDataDirectory(other), /holds thesis\.tex, which is no cluster's/);
  await assert.rejects(purgeDataDirectory(other), /holds thesis\.tex/);
  assert.deepEqual(readdirSync(other), ["thesis.tex"]);
});

test("a start that fails takes a new directory away again, and nothing of an old one", async (t) => {
  const path = join(temporary(t), "data");
  const first = await openDataDirectory(path);
  mkdirSync(join(path, "pki"));
  await first.discard();
  assert.equal(existsSync(path), false);
  await (await openDataDirectory(path)).close();
  mkdirSync(join(path, "pki"));
  await (await openDataDirectory(path)).discard();
  assert.deepEqual(readdirSync(path).sort(), ["format", "lock", "pki"]);
  await purgeDataDirectory(path);
  assert.equal(existsSync(path), false);
});

test("config.json gives settings, and what is wrong with it is said", (t) => {
  const path = temporary(t);
  const read = (text: string) => {
    writeFileSync(join(path, "config.json"), text);
    return readConfigFile(path);
  };
  assert.deepEqual(readConfigFile(path), {});
  assert.deepEqual(read('{"nodes":"none","flags":{"apiserver":{"event-ttl":"2h"}}}'), {
    nodes: "none",
    componentFlags: ["--apiserver.event-ttl=2h"],
  });
  assert.throws(() => read("{"), /config\.json: it is not JSON$/);
  assert.throws(() => read("[]"), /wanted an object$/);
  assert.throws(() => read('{"nodez":"none"}'), /there is no setting "nodez", wanted listen, nodes,/);
  assert.throws(() => read('{"nodes":3}'), /nodes is 3, wanted text$/);
});

test("what the machine refuses becomes a sentence, with the cause kept", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  const said = explained(new Error("open store", { cause: full }), "/data") as ConfigError;
  assert.equal(said.message, "write /data: the disk is full, wanted free space");
  const denied = Object.assign(new Error("EACCES"), { code: "EACCES", syscall: "mkdir", path: "/root/x" });
  assert.match((explained(denied, "/data") as Error).message, /^make \/root\/x: this user may not/);
  const other = new Error("other");
  assert.equal(explained(other, "/data"), other);
  const own = new ConfigError("start: no", { cause: full });
  assert.equal(explained(own, "/data"), own);
});
