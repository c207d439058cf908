import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Disk } from "./disk.ts";
import { realDisk } from "./real-disk.ts";

/** The flag of an open file that says that what is written to it lasts. */
const O_DSYNC = 0o10000;

async function openDisk(t: TestContext): Promise<{ disk: Disk; directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), "navarch-disk-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const disk = realDisk(directory);
  await disk.lock();
  t.after(() => disk.close());
  return { disk, directory };
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const commit = (file: string, text: string, note: string) =>
  ({ file, offset: 0, bytes: bytes(text), note: { file: "note", bytes: bytes(note) } }) as const;

/** Flags that this process has a file open with, of each time that it has. */
function flagsOf(path: string): number[] {
  return readdirSync("/proc/self/fd")
    .filter((number) => {
      try {
        return readlinkSync(`/proc/self/fd/${number}`) === path;
      } catch {
        return false;
      }
    })
    .map((number) =>
      Number.parseInt(/^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${number}`, "utf8"))![1]!, 8),
    );
}

test("calls take effect in the order they are made, none of them waited for", async (t) => {
  const { disk, directory } = await openDisk(t);
  await Promise.all([
    disk.write("a", 0, bytes("one two")),
    disk.write("a", 4, bytes("2")),
    disk.truncate("a", 5),
    disk.flush("a"),
    disk.rename("a", "b"),
    disk.write("a", 0, bytes("another")),
    disk.write("c", 0, bytes("gone")),
    disk.remove("c"),
    disk.remove("never there"),
    disk.flushDirectory(),
  ]);
  assert.equal(readFileSync(join(directory, "b"), "utf8"), "one 2");
  assert.equal(readFileSync(join(directory, "a"), "utf8"), "another");
  assert.equal(Buffer.from(await disk.read("b", 4, 100)).toString(), "2");
  assert.equal((await disk.read("b", 100, 1)).length, 0);
  const names = (await disk.list()).map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => !name.startsWith("lock")),
    ["a", "b"],
  );
});

test("a commit goes to a file whose writes last; its zeros are there before the next one, its note when all is closed", async (t) => {
  const { disk, directory } = await openDisk(t);
  const path = join(directory, "log");
  const zeros = { offset: 4, length: 4 };
  await Promise.all([
    disk.commit({ ...commit("log", "1234", "first"), zeros }),
    disk.commit({ ...commit("log", "5678", "other"), offset: 4 }),
  ]);
  assert.equal(readFileSync(path, "utf8"), "12345678");
  assert.ok(flagsOf(path).some((flags) => (flags & O_DSYNC) !== 0));
  await disk.commit(commit("log.next", "1", "third"));
  assert.deepEqual(
    flagsOf(path).filter((flags) => (flags & O_DSYNC) !== 0),
    [],
    "the file before it is let go",
  );
  await disk.close();
  assert.equal(readFileSync(join(directory, "note"), "utf8"), "third");
  assert.deepEqual([...flagsOf(path), ...flagsOf(join(directory, "note"))], []);
});

test("a call that fails says so to its caller alone, and a closed disk to all", async (t) => {
  const { disk, directory } = await openDisk(t);
  mkdirSync(join(directory, "folder"));
  const failed = disk.write("folder", 0, bytes("x"));
  const after = disk.write("a", 0, bytes("x"));
  await assert.rejects(failed, { code: "unavailable" });
  await after;
  await assert.rejects(disk.commit(commit("folder", "x", "note")), { code: "unavailable" });
  await disk.commit(commit("a", "y", "note"));
  await disk.close();
  await assert.rejects(disk.read("a", 0, 1), { code: "closed" });
  await assert.rejects(disk.commit(commit("a", "z", "note")), { code: "closed" });
  assert.equal(readFileSync(join(directory, "a"), "utf8"), "y");
});
