import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { KernelLog, namesVictim } from "./kernel-log.ts";

const ID = "7d21c06f3655b4f997f512336e6a8d254f5116583f025d0fd9ac21e843ffcb02";
const OTHER = "8075919f093b5987bfb49f4a9a06ebb11c62a8d1d55b78a0f536fb026d747f19";
const killOf = (cgroup: string) =>
  `6,812,35630890111,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/pods,task_memcg=${cgroup},task=tail,pid=7,uid=0\n`;

test("the victim is who was in the container's cgroup, as containerd or systemd names it", () => {
  assert.ok(namesVictim(killOf(`/kubepods/podx/${ID}`), ID));
  assert.ok(namesVictim(killOf(`/kubepods.slice/kubepods-podx.slice/cri-containerd-${ID}.scope`), ID));
  assert.ok(!namesVictim(killOf(`/kubepods/podx/${OTHER}`), ID));
  assert.ok(!namesVictim(`6,1,1,-;memory of ${ID} is low\n`, ID));
});

test("whoever asks while the log is read learns also what is written meanwhile", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "navarch-kmsg-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "kmsg");
  writeFileSync(path, killOf(`/a/${OTHER}`));
  const log = new KernelLog(path);
  const first = log.killedForMemory(OTHER);
  writeFileSync(path, killOf(`/a/${ID}`));
  assert.deepEqual(await Promise.all([log.killedForMemory(ID), log.killedForMemory(ID)]), [true, true]);
  await first;
  assert.equal(await new KernelLog(join(directory, "none")).killedForMemory(ID), false);
});
