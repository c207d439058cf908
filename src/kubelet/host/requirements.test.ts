import assert from "node:assert/strict";
import { test } from "node:test";
import { type MachineAbilities, whyNoNode } from "./requirements.ts";

const ABLE: MachineAbilities = {
  platform: "linux",
  isRoot: true,
  capabilities: (1n << 21n) | (1n << 12n),
  missing: [],
  readOnlyCgroup: undefined,
};

function check(lack: Partial<MachineAbilities>, expected: string | undefined) {
  assert.equal(whyNoNode({ ...ABLE, ...lack }), expected);
}

test("what a machine lacks to be a node is said in one clause", () => {
  check({}, undefined);
  check({ platform: "darwin" }, "real nodes need Linux");
  check({ isRoot: false }, "real nodes need root");
  check(
    { capabilities: 1n << 21n },
    "this process may not make networks (it lacks CAP_NET_ADMIN; a container must be privileged to be a node)",
  );
  check(
    { readOnlyCgroup: "/sys/fs/cgroup" },
    "control groups can't be made (/sys/fs/cgroup can't be written; a container must be privileged to be a node)",
  );
  const missing = [
    { program: "containerd", package: "containerd" },
    { program: "ctr", package: "containerd" },
    { program: "runc", package: "runc" },
  ];
  check({ missing: missing.slice(2) }, "runc is not installed (Debian: runc)");
  check({ missing }, "containerd and ctr and runc are not installed (Debian: containerd, runc)");
});
