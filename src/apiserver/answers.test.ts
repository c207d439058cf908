/** Requests of which the differential tests of test/upstream showed that they were answered differently, with kube-apiserver's answers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../base/index.ts";
import type { UserInfo } from "../net/message.ts";
import { generateKey } from "../pki/index.ts";
import { openMemoryStore } from "../store/index.ts";
import { createApiServer } from "./index.ts";

interface Recorded {
  readonly title: string;
  /** What is sent first. */
  readonly after?: readonly { readonly request: string; readonly body: unknown }[];
  readonly request: string;
  readonly body: unknown;
  /** Who asks; an administrator unless said. */
  readonly as?: UserInfo;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly message?: string;
  /** Of the causes, in their order. */
  readonly fields?: readonly string[];
}

const ADMIN: UserInfo = { name: "admin", groups: ["system:masters"] };

interface Told {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string }[] };
}

const recorded = readFileSync(join(import.meta.dirname, "testdata/answers.jsonl"), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Recorded);

suite("answers are those of the original", async () => {
  const scope = Scope.logging(silentLog);
  const random = seededRandom(1);
  const serviceAccounts = { issuer: "i", audiences: ["i"], key: generateKey({ random, deterministic: true }) };
  const parts = { store: openMemoryStore(), clock: new VirtualClock(), random, log: silentLog, scope };
  const { handle, ready } = createApiServer({ ...parts, serviceAccounts });
  await ready;
  const ask = async ({
    request,
    body,
    as = ADMIN,
    headers = {},
  }: Pick<Recorded, "request" | "body" | "as" | "headers">) => {
    const [, method = "", path = "", query = ""] = /^(\S+) ([^?]*)\??(.*)$/.exec(request)!;
    const answer = await handle({
      method,
      path,
      query,
      headers,
      body: body === undefined ? { type: "none" } : { type: "bytes", bytes: Buffer.from(JSON.stringify(body)) },
      peer: { address: "", identity: as },
      signal: scope.signal,
    });
    const text = Buffer.from((answer.body as { bytes: Uint8Array }).bytes).toString();
    return { code: answer.status, told: JSON.parse(text) as Told };
  };
  for (const { title, after = [], status, message, fields, ...asked } of recorded)
    test(title, async () => {
      for (const first of after) assert.equal((await ask(first)).code, 201);
      const { code, told } = await ask(asked);
      assert.equal(told.message?.replace(/(UID in object meta: )\S+/, "$1<uid>"), message);
      assert.deepEqual(
        told.details?.causes?.map((cause) => cause.field),
        fields,
      );
      assert.equal(code, status);
    });
});
