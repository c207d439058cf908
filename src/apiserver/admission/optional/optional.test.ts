import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type TestContext, test } from "node:test";
import { Scope, seededRandom, silentLog, VirtualClock } from "../../../base/index.ts";
import { type ApiRequest, type Handler, readBody } from "../../../net/index.ts";
import { openMemoryStore } from "../../../store/index.ts";
import { createApiServer } from "../../create.ts";
import { caller } from "../../testing/requests.ts";
import type { ConfigObject } from "../../configuration.ts";
import { optionalPlugins, parseAdmissionConfiguration } from "./index.ts";

type Json = Record<string, unknown>;

interface Setup {
  /** What is said to plugins, by their names. */
  readonly configured?: Readonly<Record<string, ConfigObject>>;
  /** The server behind every kubeconfig. */
  readonly backend?: Handler;
}

const noBackend: Handler = async () => {
  throw new Error("nobody is there");
};

/** A server on which plugins run; asks it as an administrator and answers the code and what came back. */
async function serverWith(t: TestContext, enable: readonly string[], setup: Setup = {}) {
  const { configured = {}, backend = noBackend } = setup;
  const clock = new VirtualClock();
  const scope = Scope.logging(silentLog);
  t.after(() => scope.close());
  const configurations = new Map(Object.entries(configured));
  const { handle, ready } = createApiServer({
    store: openMemoryStore(),
    clock,
    random: seededRandom(1),
    log: silentLog,
    scope,
    admissionPlugins: {
      enable,
      disable: ["ServiceAccount"],
      configurations,
      makeOptional: (parts) =>
        optionalPlugins(enable, {
          ...parts,
          clock,
          configurations,
          connect: () => ({ handle: backend, path: "/images" }),
        }),
    },
  });
  await ready;
  const call = caller(handle);
  const ask = async (what: string, body?: unknown, type = "application/json") => {
    const answer = await call(what, body, { "content-type": type });
    const value = JSON.parse(Buffer.from(await readBody(answer)).toString());
    return { code: answer.status, value, message: value.message as string | undefined };
  };
  return { ask, clock };
}

const PODS = "POST /api/v1/namespaces/default/pods";
const pod = (name: string, spec: Json = {}, metadata: Json = {}) => ({
  metadata: { name, ...metadata },
  spec: { containers: [{ name: "c", image: "i:1" }], ...spec },
});

test("images are pulled each time, whatever a pod says", async (t) => {
  const { ask } = await serverWith(t, ["AlwaysPullImages"]);
  const made = await ask(PODS, pod("a", { initContainers: [{ name: "d", image: "j", imagePullPolicy: "Never" }] }));
  const { containers, initContainers } = made.value.spec;
  assert.deepEqual([containers[0].imagePullPolicy, initContainers[0].imagePullPolicy], ["Always", "Always"]);
});

test("a namespace is made for its first object, not for a dry run", async (t) => {
  const { ask } = await serverWith(t, ["NamespaceAutoProvision"]);
  const object = { metadata: { name: "a" } };
  assert.equal((await ask("POST /api/v1/namespaces/new/configmaps?dryRun=All", object)).code, 404);
  assert.equal((await ask("POST /api/v1/namespaces/new/configmaps", object)).code, 201);
  assert.equal((await ask("GET /api/v1/namespaces/new")).value.status.phase, "Active");
});

test("nodes for pods come from the namespace, and pods may not ask for others", async (t) => {
  const configured = { PodNodeSelector: { podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: "pool=all" } } };
  const { ask } = await serverWith(t, ["PodNodeSelector"], { configured });
  const made = await ask(PODS, pod("a", { nodeSelector: { zone: "z" } }));
  assert.deepEqual(made.value.spec.nodeSelector, { pool: "all", zone: "z" });
  const other = await ask(PODS, pod("b", { nodeSelector: { pool: "own" } }));
  assert.match(other.message!, /pod node label selector conflicts with its namespace node label selector$/);
});

test("tolerations are added, and those that aren't allowed refused", async (t) => {
  const configured = {
    PodTolerationRestriction: {
      apiVersion: "podtolerationrestriction.admission.k8s.io/v1alpha1",
      kind: "Configuration",
      default: [{ key: "a", operator: "Exists" }],
      whitelist: [
        { key: "a", operator: "Exists" },
        { key: "node.kubernetes.io/memory-pressure", operator: "Exists" },
      ],
    },
  };
  const { ask } = await serverWith(t, ["PodTolerationRestriction"], { configured });
  const refused = await ask(PODS, pod("a"));
  assert.deepEqual(
    [refused.code, refused.message],
    [500, "pod tolerations (possibly merged with namespace default tolerations) conflict with its cluster whitelist"],
  );
  // The namespace's own list goes before the cluster's.
  const annotations = { "scheduler.alpha.kubernetes.io/tolerationsWhitelist": '[{"operator":"Exists"}]' };
  await ask("PATCH /api/v1/namespaces/default", { metadata: { annotations } }, "application/merge-patch+json");
  const made = await ask(
    PODS,
    pod("a", { containers: [{ name: "c", image: "i", resources: { requests: { cpu: "1" } } }] }),
  );
  assert.deepEqual(
    made.value.spec.tolerations.map(({ key }: { key: string }) => key),
    ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "a", "node.kubernetes.io/memory-pressure"],
  );
});

test("events of one source that come too fast are refused until some time has passed", async (t) => {
  const limits = [{ type: "SourceAndObject", qps: 1, burst: 2 }];
  const configured = {
    EventRateLimit: { apiVersion: "eventratelimit.admission.k8s.io/v1alpha1", kind: "Configuration", limits },
  };
  const { ask, clock } = await serverWith(t, ["EventRateLimit"], { configured });
  const event = (name: string, component = "c") =>
    ask("POST /api/v1/namespaces/default/events", {
      metadata: { name },
      involvedObject: { kind: "Pod", namespace: "default", name: "p" },
      source: { component },
    });
  const codes = [];
  for (const name of ["a", "b", "c"]) codes.push((await event(name)).code);
  assert.deepEqual(codes, [201, 201, 429]);
  assert.equal(
    (await event("c")).message,
    "Too many requests: limit reached on type SourceAndObject for key cPoddefaultp",
  );
  assert.equal((await event("c", "other")).code, 201);
  await clock.advance(1000);
  assert.equal((await event("d")).code, 201);
});

test("pods that ask for devices tolerate the taint of the device's name", async (t) => {
  const { ask } = await serverWith(t, ["ExtendedResourceToleration"]);
  const resources = { limits: { "a.b/gpu": "1" } };
  const { value } = await ask(PODS, pod("a", { containers: [{ name: "c", image: "i", resources }] }));
  assert.deepEqual(value.spec.tolerations.at(-1), { key: "a.b/gpu", operator: "Exists", effect: "NoSchedule" });
});

test("a pod keeps others away from its node, not from a zone", async (t) => {
  const { ask } = await serverWith(t, ["LimitPodHardAntiAffinityTopology"]);
  const affinity = (topologyKey: string) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] } },
  });
  assert.equal((await ask(PODS, pod("a", affinity("kubernetes.io/hostname")))).code, 201);
  assert.match(
    (await ask(PODS, pod("b", affinity("zone")))).message!,
    /has TopologyKey zone but only key kubernetes.io\/hostname is allowed$/,
  );
});

test("services get no external addresses, and may keep those they have", async (t) => {
  const { ask } = await serverWith(t, ["DenyServiceExternalIPs"]);
  const service = (externalIPs: readonly string[]) => ({
    metadata: { name: "s" },
    spec: { ports: [{ port: 1 }], externalIPs },
  });
  const refused = await ask("POST /api/v1/namespaces/default/services", service(["1.2.3.4"]));
  assert.equal(refused.message, 'services "s" is forbidden: Use of external IPs is denied by admission control');
  assert.equal((await ask("POST /api/v1/namespaces/default/services", service([]))).code, 201);
});

/** A backend that answers reviews and remembers what it was asked. */
function images(status: Json, asked: Json[] = []): Handler {
  return async (request: ApiRequest) => {
    asked.push(JSON.parse(Buffer.from(await readBody(request)).toString()));
    const bytes = Buffer.from(JSON.stringify({ kind: "ImageReview", status }));
    return { status: 200, headers: {}, body: { type: "bytes", bytes } };
  };
}

test("a server is asked about images, and what it said is remembered for a while", async (t) => {
  const asked: Json[] = [];
  const configured = { ImagePolicyWebhook: { imagePolicy: { kubeConfigFile: "x" } } };
  const backend = images({ allowed: false, reason: "not signed" }, asked);
  const { ask, clock } = await serverWith(t, ["ImagePolicyWebhook"], { configured, backend });
  const metadata = { annotations: { "x.image-policy.k8s.io/break-glass": "1", other: "2" } };
  const refused = await ask(PODS, pod("a", {}, metadata));
  assert.equal(
    refused.message,
    'pods "a" is forbidden: image policy webhook backend denied one or more images: not signed',
  );
  assert.deepEqual(asked[0]!.spec, {
    containers: [{ image: "i:1" }],
    annotations: { "x.image-policy.k8s.io/break-glass": "1" },
    namespace: "default",
  });
  await ask(PODS, pod("a", {}, metadata));
  assert.equal(asked.length, 1);
  await clock.advance(31_000);
  await ask(PODS, pod("a", {}, metadata));
  assert.equal(asked.length, 2);
});

test("pods run when the server isn't there only if that is said", async (t) => {
  const imagePolicy = { kubeConfigFile: "x", retryBackoff: 1 };
  const start = (defaultAllow: boolean) =>
    serverWith(t, ["ImagePolicyWebhook"], {
      configured: { ImagePolicyWebhook: { imagePolicy: { ...imagePolicy, defaultAllow } } },
    });
  for (const [defaultAllow, code] of [
    [true, 201],
    [false, 403],
  ] as const) {
    const { ask, clock } = await start(defaultAllow);
    const answer = ask(PODS, pod("a"));
    const stop = new AbortController();
    void answer.finally(() => stop.abort());
    while (!stop.signal.aborted) await clock.advance(10);
    assert.equal((await answer).code, code);
  }
});

test("a configuration names plugins and what is said to them, here or in a file beside it", async () => {
  const text = `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration: { x: 1 }
- name: EventRateLimit
  path: b.yaml`;
  const read = await parseAdmissionConfiguration(text, (path) => `from: ${path}`);
  assert.deepEqual(
    [...read],
    [
      ["PodSecurity", { x: 1 }],
      ["EventRateLimit", { from: "b.yaml" }],
    ],
  );
  const check = (more: string, message: RegExp) =>
    assert.rejects(() => parseAdmissionConfiguration(text + more, () => "{}"), { message });
  await check("\n  configuration: {}", /plugins\[1\]: path is given beside a configuration$/);
  await check("\n- name: MutatingAdmissionWebhook", /name is MutatingAdmissionWebhook, which can't be configured here/);
  await check("\n- path: x", /plugins\[2\]: name is missing$/);
  await check("\n  paths: x", /plugins\[1\]: paths is no field, there are name, path, configuration$/);
  await check("\nkinds: x", /kinds is no field/);
});

test("a configuration that makes no sense ends the start", async (t) => {
  const check = (name: string, configuration: Json | undefined, message: RegExp) =>
    assert.rejects(serverWith(t, [name], configuration ? { configured: { [name]: configuration } } : {}), { message });
  await check("EventRateLimit", undefined, /limits is missing/);
  await check("ImagePolicyWebhook", {}, /imagePolicy.kubeConfigFile is missing/);
  await check(
    "PodNodeSelector",
    { podNodeSelectorPluginConfig: { a: "b" } },
    /podNodeSelectorPluginConfig.a is no selector/,
  );
  await check("PodTolerationRestriction", { kind: "Configuration" }, /kind is Configuration of undefined/);
  await check("Nothing", undefined, /"Nothing" is none/);
});
