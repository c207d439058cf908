import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../api/index.ts";
import { loggedContainer } from "./container-logs.ts";

function check(status: object | undefined, expected: { last: string; previous: string }) {
  const pod = {
    metadata: { name: "web" },
    status: { containerStatuses: status ? [{ name: "app", ...status }] : [] },
  } as unknown as Pod;
  const asked = (previous: boolean) => {
    try {
      return loggedContainer({ pod, container: "app", previous });
    } catch (error) {
      return (error as Error).message.replace(/container "app" in pod "web"/, "it");
    }
  };
  assert.deepEqual({ last: asked(false), previous: asked(true) }, expected);
}

const none = "previous terminated it not found";

test("the log is that of the container that runs, and the one before that ended", () => {
  check({ containerID: "x://2", state: { running: {} } }, { last: "x://2", previous: none });
  const lastState = { terminated: { containerID: "x://1" } };
  check({ containerID: "x://2", state: { running: {} }, lastState }, { last: "x://2", previous: "x://1" });
});

test("a container that waits for its next start shows how it ended, either way", () => {
  const lastState = { terminated: { containerID: "x://2" } };
  const state = { waiting: { reason: "CrashLoopBackOff" } };
  check({ containerID: "x://2", state, lastState }, { last: "x://2", previous: "x://2" });
});

test("without a container there is the reason for having none", () => {
  const waiting = (reason: string) => ({ state: { waiting: { reason } } });
  check(undefined, { last: "it is not available", previous: "it is not available" });
  check(waiting("ContainerCreating"), { last: "it is waiting to start: ContainerCreating", previous: none });
  check(waiting("ErrImagePull"), { last: "it is waiting to start: image can't be pulled", previous: none });
  check({ state: { terminated: { exitCode: 137 } } }, { last: "it is terminated", previous: none });
});
