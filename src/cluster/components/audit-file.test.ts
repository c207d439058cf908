import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { VirtualClock } from "../../base/index.ts";
import { AuditFile } from "./audit-file.ts";

test("a log is the owner's only, put aside when it is large, and the oldest go", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "navarch-audit-file-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new VirtualClock();
  const path = join(folder, "audit.log");
  const file = new AuditFile({ path, clock, bytesMax: 10, backupsMax: 2, daysMax: 0, compresses: true });
  await Promise.all(["one", "two"].map((line) => file.append([line])));
  assert.equal(readFileSync(path, "utf8"), "one\ntwo\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  for (const line of ["three", "fourteen", "fifteen", "sixteen"]) {
    await clock.advance(1000);
    await file.append([line]);
  }
  assert.equal(readFileSync(path, "utf8"), "sixteen\n");
  const old = readdirSync(folder).filter((name) => name !== "audit.log");
  assert.equal(old.length, 2);
  for (const name of old) assert.match(name, /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log\.gz$/);
});
