import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../base/index.ts";
import { openMemoryStore } from "../../store/index.ts";
import { createApiServer } from "../index.ts";
import { AuditFailure, Auditor, type AuditSink, BatchedSink, eventJson, eventLine, parseAuditPolicy } from "./index.ts";

const POLICY = parseAuditPolicy(`apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: Metadata, resources: [{group: "", resources: [secrets]}]}
- {level: RequestResponse, users: [admin], omitManagedFields: true}
`);

async function audited(sink: AuditSink) {
  const clock = new VirtualClock();
  const scope = Scope.logging(silentLog);
  const lost: unknown[] = [];
  const audit = new Auditor({ policy: POLICY, sinks: [sink], clock, lost: (error) => lost.push(error) });
  const parts = { store: openMemoryStore(), clock, random: seededRandom(1), log: silentLog, scope };
  const { handle, ready } = createApiServer({ ...parts, audit });
  await ready;
  const ask = (method: string, path: string, body?: unknown) =>
    handle({
      method,
      path,
      query: "",
      headers: { "audit-id": "x", "user-agent": "test" },
      body: body === undefined ? { type: "none" } : { type: "bytes", bytes: Buffer.from(JSON.stringify(body)) },
      peer: { address: "10.0.0.1", identity: { name: "admin", groups: ["system:masters"] } },
      signal: scope.signal,
    });
  return { ask, clock, lost, audit };
}

suite("requests are written down", () => {
  test("with what was sent and answered where the policy wants it, and never what a secret holds where not", async () => {
    const lines: string[] = [];
    const { ask, audit } = await audited({ write: async (events) => void lines.push(...events.map(eventJson)) });
    await ask("POST", "/api/v1/namespaces/default/configmaps", { metadata: { name: "a" }, data: { x: "<y>" } });
    await ask("POST", "/api/v1/namespaces/default/secrets", { metadata: { name: "s" }, stringData: { key: "hidden" } });
    const events = lines.map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ stage, level }) => [stage, level]),
      [
        ["RequestReceived", "RequestResponse"],
        ["ResponseComplete", "RequestResponse"],
        ["RequestReceived", "Metadata"],
        ["ResponseComplete", "Metadata"],
      ],
    );
    const [, made] = events;
    assert.deepEqual(made.requestObject, {
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name: "a" },
      data: { x: "<y>" },
    });
    assert.equal(made.responseObject.metadata.managedFields, undefined);
    assert.deepEqual(made.objectRef, { resource: "configmaps", namespace: "default", name: "a", apiVersion: "v1" });
    assert.deepEqual(made.annotations, { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "" });
    assert.deepEqual(made.sourceIPs, ["10.0.0.1"]);
    assert.ok(lines[1]!.includes('"x":"\\u003cy\\u003e"') && !lines.join("").includes("hidden"));
    assert.ok(audit.metrics().includes("apiserver_audit_event_total{} 4"));
  });

  test("in lines of the older format", async () => {
    const lines: string[] = [];
    const { ask } = await audited({ write: async (events) => void lines.push(...events.map(eventLine)) });
    await ask("GET", "/api/v1/namespaces/default/secrets");
    assert.match(
      lines[1]!,
      / AUDIT: id="x" stage="ResponseComplete" ip="10.0.0.1" method="list" user="admin" groups="\\"system:masters\\",\\"system:authenticated\\"" as="<self>" asgroups="<lookup>" user-agent="test" namespace="default" uri="\/api\/v1\/namespaces\/default\/secrets" response="200"$/,
    );
  });

  test("and refused where they can't be and must", async () => {
    const failing = (isStrict: boolean): AuditSink => ({
      write: () => Promise.reject(new AuditFailure(isStrict, { cause: new Error("full") })),
    });
    const strict = await audited(failing(true));
    assert.equal((await strict.ask("GET", "/api/v1/namespaces/default/secrets")).status, 500);
    const lax = await audited(failing(false));
    assert.equal((await lax.ask("GET", "/api/v1/namespaces/default/secrets")).status, 200);
    assert.equal(lax.lost.length, 2);
  });

  test("many at a time, after a while or when there are enough; what finds no room is lost", async () => {
    const batches: number[] = [];
    const { ask, clock, lost } = await audited({ write: (events) => batched.write(events) });
    const batched = new BatchedSink(
      { write: async (events) => void batches.push(events.length) },
      { clock, bufferedMax: 3, batchMax: 3, waitMs: 1000, lost: (error) => lost.push(error) },
    );
    await ask("GET", "/api/v1/namespaces/default/secrets");
    assert.deepEqual(batches, []);
    await clock.advance(1000);
    assert.deepEqual(batches, [2]);
    await ask("GET", "/api/v1/namespaces/default/secrets");
    await ask("GET", "/api/v1/namespaces/default/secrets");
    await batched.flush();
    assert.equal(batches.reduce((sum, one) => sum + one, 0) + lost.length, 6);
  });
});
