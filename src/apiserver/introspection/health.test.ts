import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../base/index.ts";
import type { RequestContext } from "../contracts.ts";
import { HealthFigures } from "./health-figures.ts";
import { health, healthPaths } from "./health.ts";

const asked = (path: string) =>
  ({ info: { path }, query: new URLSearchParams("verbose") }) as unknown as RequestContext;
const textOf = async (answer: ReturnType<typeof health>) => {
  const { status, body } = (await answer)!;
  return [status, body.type === "bytes" ? new TextDecoder().decode(body.bytes) : ""] as const;
};
const isStopping = () => false;
const state = { ready: true };

const figures = new HealthFigures();

test("a store that answers, fails or keeps silent", async () => {
  const clock = new VirtualClock();
  const readyz = (revision: () => Promise<number>) =>
    textOf(
      health(asked("/readyz/etcd"), { store: { revision }, clock, state, isStopping, hasProxyClient: false, figures }),
    );
  assert.deepEqual(await readyz(async () => 1), [200, "ok"]);
  const failing = async () => {
    throw new Error("no leader");
  };
  assert.deepEqual(await readyz(failing), [500, "internal server error: no leader\n"]);
  const silent = readyz(() => new Promise(() => {}));
  await clock.advance(2_000);
  assert.deepEqual(await silent, [500, "internal server error: etcd failed to answer in time\n"]);
});

test("of all checks it is said which one failed", async () => {
  const options = {
    store: { revision: () => Promise.reject(new Error("no leader")) },
    clock: new VirtualClock(),
    state,
    isStopping,
    hasProxyClient: false,
    figures,
  };
  const [status, text] = await textOf(health(asked("/readyz"), options));
  assert.equal(status, 500);
  assert.match(text, /^\[-\]etcd failed: reason withheld$/m);
  assert.match(text, /^\[\+\]ping ok$/m);
  const told = figures.text();
  assert.match(told, /^kubernetes_healthcheck\{name="etcd",type="readyz"\} 0$/m);
  assert.match(told, /^kubernetes_healthcheck\{name="ping",type="readyz"\} 1$/m);
  assert.match(told, /^kubernetes_healthchecks_total\{name="etcd",status="error",type="readyz"\} 1$/m);
  figures.reset();
  assert.equal(figures.text(), "");
});

test("a certificate for the servers behind it is a check of its own, in its place", () => {
  const added = healthPaths({ hasProxyClient: true }).filter((path) => !without.includes(path));
  assert.deepEqual(
    added,
    ["healthz", "livez", "readyz"].map((one) => `/${one}/poststarthook/aggregator-reload-proxy-client-cert`),
  );
});

const without = healthPaths({ hasProxyClient: false });
