import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "../../../api/index.ts";
import { type Level, subjectOf } from "./checks.ts";
import { isStricter, policiesOf, policyText, violationsOf, violationsText } from "./policy.ts";
import { readStandards } from "./standards.ts";

const GOOD = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

function check(
  { level, version = "latest" }: { level: Level; version?: string },
  spec: object,
  expected: string,
): void {
  const subject = subjectOf({ containers: [{ name: "c", securityContext: GOOD }], ...spec } as unknown as PodSpec);
  assert.equal(violationsText(violationsOf({ level, version }, subject)), expected);
}

const nonRoot = { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } };

test("several containers that break a rule are told together", () => {
  const containers = ["a", "b"].map((name) => ({ name, securityContext: { capabilities: { add: ["SYS_TIME"] } } }));
  check(
    { level: "baseline" },
    { containers },
    'non-default capabilities (containers "a", "b" must not include "SYS_TIME" in securityContext.capabilities.add)',
  );
});

test("a stricter form of a rule stands in for the laxer one", () => {
  const volumes = [
    { name: "h", hostPath: {} },
    { name: "n", nfs: {} },
  ];
  check({ level: "baseline" }, { volumes }, 'hostPath volumes (volume "h")');
  const both = 'volumes "h", "n" use restricted volume types "hostPath", "nfs"';
  check({ level: "restricted" }, { ...nonRoot, volumes }, `restricted volume types (${both})`);
});

test("a version has the rules that it had", () => {
  const sysctls = (...names: string[]) => ({ securityContext: { sysctls: names.map((name) => ({ name })) } });
  check({ level: "baseline", version: "v1.31" }, sysctls("net.ipv4.tcp_rmem"), "forbidden sysctls (net.ipv4.tcp_rmem)");
  check({ level: "baseline", version: "v1.32" }, sysctls("net.ipv4.tcp_rmem"), "");
  check({ level: "baseline", version: "v1.99" }, sysctls("net.ipv4.tcp_rmem"), "");
});

test("before seccomp had fields, annotations counted", () => {
  const subject = subjectOf({ containers: [{ name: "c" }] } as unknown as PodSpec, {
    "container.seccomp.security.alpha.kubernetes.io/c": "unconfined",
  });
  const textAt = (version: string) => violationsText(violationsOf({ level: "baseline", version }, subject));
  assert.match(textAt("v1.18"), /^seccompProfile \(forbidden annotation container\.seccomp/);
  assert.equal(textAt("v1.19"), "");
});

test("what is enforced is warned of, unless the namespace says what to warn of", () => {
  const textsOf = (labels: Record<string, string>) => {
    const prefixed = Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]);
    const { policies, errors } = policiesOf(Object.fromEntries(prefixed), readStandards(undefined).defaults);
    return [policyText(policies.enforce), policyText(policies.warn), errors.length];
  };
  assert.deepEqual(textsOf({}), ["privileged:latest", "privileged:latest", 0]);
  assert.deepEqual(textsOf({ enforce: "baseline", "enforce-version": "v1.30" }), [
    "baseline:v1.30",
    "baseline:v1.30",
    0,
  ]);
  assert.deepEqual(textsOf({ enforce: "restricted", warn: "baseline" }), ["restricted:latest", "baseline:latest", 0]);
  assert.deepEqual(textsOf({ enforce: "baseline", "enforce-version": "v1.9", "warn-version": "v1.32" }), [
    "baseline:v1.9",
    "baseline:v1.32",
    0,
  ]);
  assert.deepEqual(textsOf({ enforce: "Baseline", "audit-version": "1.30" }), [
    "restricted:latest",
    "privileged:latest",
    2,
  ]);
  assert.deepEqual(textsOf({ enforce: "baseline", "enforce-version": "v1.10000" })[2], 0);
  assert.deepEqual(textsOf({ enforce: "baseline", "enforce-version": "v1.9223372036854775808" })[2], 1);
});

test("only what asks for more is stricter", () => {
  const policy = (level: Level, version = "latest") => ({ level, version });
  assert.equal(isStricter(policy("restricted"), policy("baseline")), true);
  assert.equal(isStricter(policy("baseline"), policy("restricted")), false);
  assert.equal(isStricter(policy("baseline", "v1.30"), policy("restricted")), true);
  assert.equal(isStricter(policy("privileged", "v1.30"), policy("privileged")), false);
});
