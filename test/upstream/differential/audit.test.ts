import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { seededRandom } from "../../../src/base/index.ts";
import { withoutUpstream } from "../servers.ts";
import { auditOf, compareAudits } from "./audit.ts";
import { filled, recordedRequests } from "./corpus.ts";
import type { Request } from "./exchange.ts";
import { pick } from "./mutate.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun } from "./run.ts";
import { isObjectPath } from "./update.ts";

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [Panic]
rules:
- {level: None, users: [bob]}
- {level: Metadata, resources: [{group: "", resources: [secrets, "*/token", serviceaccounts/*]}]}
- {level: Request, verbs: [delete, deletecollection, patch], omitManagedFields: true}
- {level: None, nonResourceURLs: ["/healthz*"]}
- {level: RequestResponse, omitStages: [RequestReceived], omitManagedFields: true, namespaces: [ns]}
- {level: RequestResponse, resources: [{group: ""}, {group: rbac.authorization.k8s.io}]}
- {level: Metadata, userGroups: ["system:authenticated"]}
`;
const MORE: readonly Request[] = [
  ...["/healthz", "/apis", "/version", "/nope", "/api/v1/namespaces/ns/nopes"].map((path) => ({ do: `GET ${path}` })),
  { do: "GET /api/v1/namespaces/ns/secrets", as: "alice" },
  { do: "GET /api/v1/namespaces/ns/secrets", as: "bob" },
  { do: "GET /api/v1/namespaces/ns/secrets", as: "token:nope" },
  { do: "GET /api/v1/namespaces/ns/configmaps", as: "anonymous" },
  { do: "GET /api/v1/namespaces/ns/configmaps?fieldSelector=metadata.name=a" },
  { do: "GET /api/v1/namespaces/ns/configmaps", headers: { "impersonate-user": "eve", "impersonate-group": ["x"] } },
  { do: "GET /api/v1/namespaces/ns/configmaps", headers: { "x-forwarded-for": "10.1.1.1, 10.2.2.2" } },
  { do: "POST /api/v1/namespaces/ns/configmaps", body: "{nope" },
  { do: "POST /api/v1/namespaces/ns/serviceaccounts/default/token", body: {} },
  { do: "GET /api/v1/namespaces/ns/configmaps?watch=1&timeoutSeconds=1" },
];

suite("what is written of requests, by kube-apiserver and here", { skip: withoutUpstream }, () => {
  test("events of recorded requests", { timeout: 3_600_000 }, async (t) => {
    const { seed, count } = optionsOfRun(600);
    const random = seededRandom(`${seed}/audit`);
    const directory = mkdtempSync(join(tmpdir(), "navarch-audit-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const policy = join(directory, "policy.yaml");
    writeFileSync(policy, POLICY);
    const flagsFor = (name: string) => ({
      "audit-policy-file": policy,
      "audit-log-path": join(directory, name),
    });
    const requests: Request[] = [
      { do: "POST /api/v1/namespaces", body: { metadata: { name: "ns" }, status: { phase: "Active" } } },
      { do: "POST /api/v1/namespaces/ns/serviceaccounts", body: { metadata: { name: "default" } } },
      ...MORE,
      ...someRecorded(random, count),
    ];
    await using upstream = await startUpstream(flagsFor("upstream"));
    await using navarch = await startNavarch(flagsFor("navarch"));
    const theirs = await auditOf(requests, upstream, join(directory, "upstream"));
    const ours = await auditOf(requests, navarch, join(directory, "navarch"));
    const unexpected = compareAudits(theirs, ours);
    t.diagnostic(described({ requests: requests.length, unexpected, known: new Map() }));
    assert.equal(unexpected.length, 0, "the diagnostic message says what differs");
  });
});

/** Objects that recorded requests make, each read, changed and deleted. */
function someRecorded(random: ReturnType<typeof seededRandom>, count: number): Request[] {
  const bases = recordedRequests().filter(
    ({ method, file, status, path, type, query, body }) =>
      method === "POST" &&
      // Of what is given empty refusals of changes tell otherwise.
      !JSON.stringify(body).includes("[]") &&
      file.startsWith("kinds/") &&
      status === 201 &&
      !type &&
      !query &&
      isObjectPath(path) &&
      body.metadata?.name !== undefined,
  );
  return Array.from({ length: Math.ceil(count / 5) }, (_, index) => {
    const { path, body } = filled(pick(bases, random), { namespace: "ns", id: `o${index}` });
    const own = `${path}/${body.metadata.name}`;
    return [
      { do: `POST ${path}`, body },
      { do: `GET ${own}` },
      { do: `PUT ${own}`, body: { ...body, metadata: { ...body.metadata, labels: { changed: "yes" } } } },
      { do: `PATCH ${own}`, type: "application/merge-patch+json", body: { metadata: { annotations: { a: "b" } } } },
      { do: `DELETE ${own}`, body: { gracePeriodSeconds: 0 } },
    ];
  }).flat();
}
