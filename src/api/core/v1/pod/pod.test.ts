import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mutable } from "../../../kind.ts";
import type { Pod } from "../pod.ts";
import type { PodSpec } from "../podspec.ts";
import { profileOfAnnotation, syncAppArmor } from "./apparmor.ts";
import { setPodDefaults } from "./defaults.ts";
import { dropDisabledFields } from "./disabled.ts";
import { mergeLabelKeys } from "./labelkeys.ts";
import { validatePodAnnotations } from "./metadata.ts";
import { profileMismatches } from "./profiles.ts";
import { qosClass } from "./qos.ts";
import { containerTotals } from "./requests.ts";
import { validatePodStatus } from "./status.ts";
import { validateSpecUpdate } from "./update.ts";
import { validatePodSpec } from "./validate.ts";
import { volumeWarnings } from "./volume-warnings.ts";
import { podWarnings } from "./warnings.ts";

type Draft = Mutable<PodSpec>;

function specOf(spec: object): Draft {
  return { containers: [{ name: "c", image: "i", resources: {} }], ...spec } as unknown as Draft;
}

const frozen = (spec: object) => specOf(spec) as unknown as PodSpec;

test("a pod's class of service follows from what its containers, or it as a whole, ask for", () => {
  const withResources = (...all: object[]) => frozen({ containers: all.map((resources) => ({ resources })) });
  const full = { cpu: "1", memory: "1Gi" };
  assert.equal(qosClass(withResources({})), "BestEffort");
  assert.equal(qosClass(withResources({ requests: { cpu: "0" } })), "BestEffort");
  assert.equal(qosClass(withResources({ limits: full, requests: { cpu: "1000m", memory: "1024Mi" } })), "Guaranteed");
  assert.equal(qosClass(withResources({ limits: full }, {})), "Burstable");
  assert.equal(qosClass(frozen({ resources: { limits: full, requests: full } })), "Guaranteed");
  assert.equal(qosClass(withResources({ limits: full, requests: { cpu: "1", memory: "0" } })), "Burstable");
  assert.equal(qosClass(frozen({ resources: {}, containers: [{ resources: { requests: full } }] })), "BestEffort");
});

test("sidecars are requested beside the containers, other init containers before them", () => {
  const container = (cpu: string, restartPolicy?: string) => ({ resources: { requests: { cpu } }, restartPolicy });
  const requests = (initContainers: object[]) =>
    containerTotals(specOf({ containers: [container("1"), container("500m")], initContainers }), "requests");
  assert.deepEqual(requests([]), { cpu: "1500m" });
  assert.deepEqual(requests([container("1", "Always")]), { cpu: "2500m" });
  assert.deepEqual(requests([container("4")]), { cpu: "4" });
  assert.deepEqual(requests([container("1", "Always"), container("4")]), { cpu: "5" });
});

test("what a pod as a whole is limited in is requested as its containers request it", () => {
  const pod = {
    spec: specOf({
      containers: [{ name: "c", image: "i", resources: { requests: { cpu: "500m" } } }],
      resources: { limits: { cpu: "2", memory: "1Gi" } },
    }),
  } as unknown as Mutable<Pod>;
  setPodDefaults(pod);
  assert.deepEqual(pod.spec.resources?.requests, { cpu: "500m", memory: "1Gi" });
});

test("huge pages of containers limit the pod as a whole, where it says anything", () => {
  const limitsOf = (resources: object) => {
    const pages = { "hugepages-2Mi": "4Mi" };
    const spec = specOf({ containers: [{ name: "c", image: "i", resources: { limits: pages } }], resources });
    setPodDefaults({ spec } as unknown as Mutable<Pod>);
    return spec.resources?.limits;
  };
  assert.deepEqual(limitsOf({ limits: { cpu: "2" } }), { cpu: "2", "hugepages-2Mi": "4Mi" });
  assert.equal(limitsOf({}), undefined);
});

test("profiles told by annotation become the containers' own, unless they are the pod's", () => {
  const pod = (annotation: string, securityContext?: object) => {
    const annotations = { "container.apparmor.security.beta.kubernetes.io/c": annotation };
    const made = { metadata: { annotations }, spec: specOf({ securityContext }) };
    syncAppArmor(made as never);
    return made.spec.containers?.[0]?.securityContext?.appArmorProfile;
  };
  assert.deepEqual(pod("localhost/x"), { type: "Localhost", localhostProfile: "x" });
  assert.equal(pod("runtime/default", { appArmorProfile: { type: "RuntimeDefault" } }), undefined);
  assert.equal(pod("bad"), undefined);
  assert.equal(profileOfAnnotation("localhost/ "), undefined);
});

test("annotations of old must say of profiles what the fields say", () => {
  const mismatches = (spec: object, annotations: Record<string, string>) =>
    profileMismatches("spec", frozen(spec), annotations).map(({ path }) => path);
  const confined = { securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "x" } } };
  assert.deepEqual(mismatches(confined, { "seccomp.security.alpha.kubernetes.io/pod": "localhost/x" }), []);
  assert.deepEqual(mismatches(confined, { "seccomp.security.alpha.kubernetes.io/pod": "localhost/y" }), [
    "spec.securityContext.seccompProfile.localhostProfile",
  ]);
  const open = { securityContext: { appArmorProfile: { type: "Unconfined" } } };
  const annotations = { "container.apparmor.security.beta.kubernetes.io/c": "runtime/default" };
  assert.deepEqual(mismatches(open, annotations), ["spec.containers[0].securityContext.appArmorProfile.type"]);
  assert.deepEqual(mismatches({ ...open, os: { name: "windows" } }, annotations), []);
});

test("an annotation with a profile must name one", () => {
  const errors = (profile: string) =>
    validatePodAnnotations("metadata.annotations", { "seccomp.security.alpha.kubernetes.io/pod": profile }, frozen({}));
  assert.deepEqual(errors("docker/default"), []);
  assert.equal(errors("other")[0]?.path, "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod");
  assert.equal(errors("localhost/../x")[0]?.detail, "must not contain '..'");
});

test("a variable or a port that hides another one is warned of", () => {
  const env = ["A", "A", "A"].map((name, index) => ({ name, value: ["1", "$(A)2", "3"][index] }));
  const ports = [80, 81].map((containerPort) => ({ name: "web", containerPort, protocol: "TCP" }));
  const pod = { metadata: { name: "p" }, spec: frozen({ containers: [{ name: "c", env, ports }] }) };
  assert.deepEqual(podWarnings(pod as Pod, undefined), [
    'spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply',
    'spec.containers[0].ports[1]: duplicate port name "web" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
  ]);
});

test("keys of labels become conditions on the pod's own values", () => {
  const spec = specOf({
    topologySpreadConstraints: [
      { labelSelector: {}, matchLabelKeys: ["hash", "absent"] },
      { matchLabelKeys: ["hash"] },
    ],
  });
  mergeLabelKeys(spec, { hash: "h1" });
  assert.deepEqual(
    spec.topologySpreadConstraints?.map(({ labelSelector }) => labelSelector?.matchExpressions),
    [[{ key: "hash", operator: "In", values: ["h1"] }], undefined],
  );
});

test("what belongs to features that are off goes, unless it was there before", () => {
  const make = () =>
    specOf({
      containers: [{ name: "c", lifecycle: { stopSignal: "SIGTERM" } }],
      schedulingGroup: { podGroupName: "g" },
    });
  const fresh = make();
  dropDisabledFields(fresh);
  assert.deepEqual(fresh, { containers: [{ name: "c" }] });
  const empty = specOf({ containers: [{ name: "c", lifecycle: {} }] });
  dropDisabledFields(empty);
  assert.deepEqual(empty.containers, [{ name: "c", lifecycle: {} }]);
  const kept = make();
  dropDisabledFields(kept, make() as unknown as PodSpec);
  assert.deepEqual(kept, make());
});

test("an update changes images and little else", () => {
  const old = frozen({ activeDeadlineSeconds: 20, tolerations: [{ key: "a", operator: "Exists" }] });
  const errors = (spec: object) => validateSpecUpdate("spec", frozen({ ...old, ...spec }), old).map(({ path }) => path);
  assert.deepEqual(errors({ containers: [{ name: "c", image: "new", resources: {} }] }), []);
  assert.deepEqual(errors({ activeDeadlineSeconds: 30 }), ["spec.activeDeadlineSeconds"]);
  assert.deepEqual(errors({ tolerations: [...(old.tolerations ?? []), { key: "b", operator: "Exists" }] }), []);
  assert.deepEqual(errors({ tolerations: [] }), ["spec.tolerations"]);
  assert.deepEqual(errors({ hostname: "h" }), ["spec"]);
  assert.deepEqual(errors({ containers: [] }), ["spec.containers"]);
});

test("a pod that waits at a gate may be narrowed to fewer nodes, not to others", () => {
  const terms = (...keys: string[]) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: keys.map((key) => ({ key, operator: "Exists" })) }],
      },
    },
  });
  const old = frozen({ schedulingGates: [{ name: "g" }], nodeSelector: { a: "b" }, affinity: terms("x") });
  const errors = (spec: object) =>
    validateSpecUpdate("spec", frozen({ ...old, ...spec }), old).map(({ detail }) => detail);
  assert.deepEqual(errors({ nodeSelector: { a: "b", c: "d" }, affinity: terms("x", "y") }), []);
  assert.match(errors({ nodeSelector: { c: "d" } }).join(), /^only additions to spec.nodeSelector/);
  assert.match(errors({ affinity: terms("y") }).join(), /^only additions are allowed/);
});

test("an address that was there before may stay as it was written", () => {
  const spec = frozen({ hostAliases: [{ ip: "010.0.0.1", hostnames: ["a"] }], restartPolicy: "Always" });
  const wrong = (old?: PodSpec) =>
    validatePodSpec("spec", spec, { old }).filter(({ path }) => path.includes("hostAliases"));
  assert.equal(wrong().length, 1);
  assert.deepEqual(wrong(spec), []);
});

test("containers come back only where something restarts them", () => {
  const pod = (spec: object, state: object) =>
    ({ spec: frozen(spec), status: { containerStatuses: [{ name: "c", state }] } }) as unknown as Pod;
  const back = (spec: object, exitCode: number) =>
    validatePodStatus(pod(spec, { running: {} }), pod(spec, { terminated: { exitCode } })).length === 0;
  assert.equal(back({ restartPolicy: "Always" }, 0), true);
  assert.equal(back({ restartPolicy: "OnFailure" }, 1), true);
  assert.equal(back({ restartPolicy: "OnFailure" }, 0), false);
  assert.equal(back({ restartPolicy: "Never" }, 1), false);
  const rule = { action: "Restart", exitCodes: { operator: "In", values: [42] } };
  const withRule = { restartPolicy: "Never", containers: [{ name: "c", restartPolicyRules: [rule] }] };
  assert.equal(back(withRule, 42), true);
  assert.equal(back(withRule, 41), false);
});

test("files that lie on or in each other are told of", () => {
  const items = [{ path: "a" }, { path: "a/b" }, { path: "ab" }];
  assert.deepEqual(volumeWarnings("v", [{ name: "x", configMap: { name: "c", items } } as never]), [
    'volume "x" (ConfigMap "c"): overlapping paths: "a/b" with "a"',
  ]);
  const sources = [{ secret: { name: "s", items: [{ path: "t" }] } }, { serviceAccountToken: { path: "t" } }, {}];
  assert.deepEqual(volumeWarnings("v", [{ name: "x", projected: { sources } } as never]), [
    'volume "x" (Projected) has no sources provided',
    'volume "x" (Projected): overlapping paths: "t" (ServiceAccountToken) with "t" (Secret "s")',
  ]);
});

test("a template on the host's network may leave its ports to its pods", () => {
  const spec = (hostPort?: number) =>
    frozen({ hostNetwork: true, containers: [{ name: "c", image: "i", ports: [{ containerPort: 80, hostPort }] }] });
  const wrong = (of: PodSpec, podName?: string) =>
    validatePodSpec("spec", of, { podName }).filter(({ path }) => path.endsWith("hostPort")).length;
  assert.equal(wrong(spec()), 0);
  assert.equal(wrong(spec(81)), 1);
  assert.equal(wrong(spec(), "p"), 1);
  assert.equal(wrong(spec(80), "p"), 0);
});
