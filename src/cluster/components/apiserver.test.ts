import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Settings } from "node:http2";
import { test } from "node:test";
import { cryptoRandom, realClock, Scope, silentLog } from "../../base/index.ts";
import type { ApiServerFlags } from "../flags/index.ts";
import { startApiServerComponent } from "./apiserver.ts";

/** How many requests at a time a server allows on one connection. */
async function streamsAllowed(flags: ApiServerFlags): Promise<number | undefined> {
  await using scope = Scope.logging(silentLog);
  const { port } = await startApiServerComponent(
    { store: "memory", "bind-address": "127.0.0.1", "secure-port": 0, ...flags },
    { clock: realClock(), random: cryptoRandom(), log: silentLog, scope },
  );
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const [settings] = (await once(session, "remoteSettings")) as [Settings];
  session.destroy();
  return settings.maxConcurrentStreams;
}

test("a flag says how many requests may run at a time on one HTTP/2 connection; 0 leaves it at the default", async () => {
  assert.equal(await streamsAllowed({ "http2-max-streams-per-connection": 7 }), 7);
  assert.equal(await streamsAllowed({ "http2-max-streams-per-connection": 0 }), 100);
});
