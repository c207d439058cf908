import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { buildOciArchive, pauseExecutable, pauseImage } from "./index.ts";

test("the pause program waits and ends on SIGTERM", {
  skip: process.arch !== "x64" || process.platform !== "linux",
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "pause-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "pause");
  writeFileSync(path, pauseExecutable("amd64"), { mode: 0o755 });
  const child = spawn(path, { stdio: "ignore" });
  await once(child, "spawn");
  // Before it waits, a signal would end it.
  const waits = () => /^State:\tS/m.test(readFileSync(`/proc/${child.pid}/status`, "utf8"));
  while (!waits()) await new Promise((resolve) => setImmediate(resolve));
  process.kill(child.pid!, "SIGHUP");
  process.kill(child.pid!, "SIGTERM");
  const [code, signal] = await once(child, "exit");
  assert.deepEqual([code, signal], [0, null]);
});

test("both programs are the bytes that were looked at", () => {
  const text = (architecture: "amd64" | "arm64") => Buffer.from(pauseExecutable(architecture)).toString("hex", 120);
  assert.match(text("amd64"), /^31ff488d35/);
  assert.match(text("arm64"), /^000080d2/);
  assert.match(text("arm64"), /ffffffffffffffff$/);
});

test("an archive is the same bytes each time and readable by tar", (t) => {
  const input = {
    name: "example.test/hello:1",
    architecture: "amd64",
    files: [
      { path: "a/b/c", content: "hi" },
      { path: "d", linkTo: "a" },
    ],
    config: { Cmd: ["/a/b/c"] },
  } as const;
  assert.deepEqual(buildOciArchive(input), buildOciArchive(input));
  const directory = mkdtempSync(join(tmpdir(), "oci-"));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, "image.tar"), pauseImage("amd64"));
  const listed = execFileSync("tar", ["-tf", join(directory, "image.tar")], { encoding: "utf8" })
    .trim()
    .split("\n");
  assert.equal(listed.length, 7);
  assert.ok(listed.includes("index.json"));
});
