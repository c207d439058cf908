import assert from "node:assert/strict";
import { test } from "node:test";
import { Namespace, Pod } from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { podSecurity } from "./plugin.ts";
import { readStandards } from "./standards.ts";

const CONFIGURATION = {
  apiVersion: "pod-security.admission.config.k8s.io/v1",
  kind: "PodSecurityConfiguration",
  defaults: { enforce: "baseline", "warn-version": "v1.30" },
  exemptions: { usernames: ["trusted"], namespaces: ["kube-system"], runtimeClasses: ["gvisor"] },
};

test("a file says what is demanded where labels say nothing, and of whom nothing is", () => {
  const open = { level: "privileged", version: "latest" };
  assert.deepEqual(readStandards(CONFIGURATION), {
    defaults: {
      enforce: { level: "baseline", version: "latest" },
      audit: open,
      warn: { level: "privileged", version: "v1.30" },
    },
    exempt: CONFIGURATION.exemptions,
  });
  const check = (change: object, message: RegExp) =>
    assert.throws(() => readStandards({ ...CONFIGURATION, ...change }), { message });
  check({ defaults: { enforce: "x" } }, /enforce is x, wanted privileged, baseline or restricted$/);
  check({ defaults: { "audit-version": "1.30" } }, /audit-version is 1.30, wanted latest or v1.x$/);
  check({ exemptions: { users: [] } }, /users is no field/);
  check({ kind: "Configuration" }, /wanted PodSecurityConfiguration/);
});

/** Notes of a privileged pod's way through; undefined when it was refused. */
async function notesOf(change: object, spec: object = {}): Promise<Record<string, string> | undefined> {
  const notes: Record<string, string> = {};
  const containers = [{ name: "c", image: "i", securityContext: { privileged: true } }];
  const request = {
    operation: "CREATE",
    kind: Pod,
    subresource: "",
    namespace: "default",
    name: "p",
    object: { metadata: { name: "p" }, spec: { containers, ...spec } },
    user: { name: "alice", groups: [] },
    warnings: [],
    audited: { annotate: (key: string, value: string) => (notes[key] = value) },
    reads: { get: async () => ({ metadata: {} }) },
    ...change,
  } as unknown as AdmissionRequest;
  try {
    await podSecurity(CONFIGURATION).validate!(request);
    return notes;
  } catch {
    return undefined;
  }
}

test("nothing is demanded of exempt users, namespaces and runtime classes, which is noted", async () => {
  assert.equal(await notesOf({}), undefined);
  const exempt = "pod-security.kubernetes.io/exempt";
  assert.deepEqual(await notesOf({ user: { name: "trusted", groups: [] } }), { [exempt]: "user" });
  assert.deepEqual(await notesOf({ namespace: "kube-system" }), { [exempt]: "namespace" });
  assert.equal((await notesOf({}, { runtimeClassName: "gvisor" }))?.[exempt], "runtimeClass");
});

test("who labels an exempt namespace is told that it changes nothing", async () => {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const warnings: string[] = [];
  const object = { metadata: { name: "kube-system", labels } };
  await notesOf({ kind: Namespace, namespace: "kube-system", name: "kube-system", object, warnings });
  assert.deepEqual(warnings, [
    'namespace "kube-system" is exempt from Pod Security, and the policy (enforce=restricted:latest, warn=restricted:latest) will be ignored',
  ]);
});
