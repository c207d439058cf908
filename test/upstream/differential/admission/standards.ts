import { type Random, seededRandom } from "../../../../src/base/index.ts";
import { chance, type Scene, untilSeen } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { brokenPodSpec, type Json, podAnnotations } from "./pods.ts";

const ASKED = 22;
const REQUESTS_PER_SCRIPT = 30;
const LABEL = "pod-security.kubernetes.io/";
/** Pods and what makes them in namespaces that demand something of them. */
export function standards({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `pod security ${index}`,
    group: "pod security",
    run: (ask, _own, id) =>
      live({ ask, random: seededRandom(`${seed}/pod-security/${index}`), id, namespace: `n-${id}` }),
  }));
}

const LEVELS = ["privileged", "baseline", "baseline", "restricted", "restricted", "restricted"];
const ODD_LEVELS = ["", "Baseline", "strict", "none"];
const ODD_VERSIONS = ["", "1.30", "v1", "v1.30.1", "v2.0", "v1.01", "Latest", "v1.9999", "v1.10000"];

function versionOf(random: Random): string {
  return chance(random, 0.35) ? "latest" : `v1.${random.int(40)}`;
}

/** Labels of a namespace, at times some that say nothing. */
function labelsOf(random: Random, oddLikelihood: number): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const mode of ["enforce", "audit", "warn"]) {
    if (chance(random, 0.6)) labels[LABEL + mode] = pick(chance(random, oddLikelihood) ? ODD_LEVELS : LEVELS, random);
    if (chance(random, 0.5))
      labels[`${LABEL}${mode}-version`] = chance(random, oddLikelihood)
        ? pick(ODD_VERSIONS, random)
        : versionOf(random);
  }
  if (chance(random, oddLikelihood)) labels[`${LABEL}other`] = "x";
  return labels;
}

async function live(scene: Scene): Promise<void> {
  const { ask, random, namespace } = scene;
  await makeNamespace(ask, namespace);
  const core = `/api/v1/namespaces/${namespace}`;
  for (const name of ["a", "b", "c"].slice(random.int(4)))
    await ask({ do: `POST ${core}/pods`, body: { ...pod(scene), metadata: { ...pod(scene).metadata, name } } });
  await relabel(scene, 0);
  for (let index = 0; index < ASKED; index++) {
    if (chance(random, 0.12)) await relabel(scene, 0.15);
    else await ask(attempt(scene));
  }
}

/** Changes the labels of the namespace, for good half of the time. */
async function relabel({ ask, random, id, namespace }: Scene, oddLikelihood: number): Promise<void> {
  const gone = Object.fromEntries(
    ["enforce", "audit", "warn"].flatMap((mode) => [
      [LABEL + mode, null],
      [`${LABEL}${mode}-version`, null],
    ]),
  );
  const labels = labelsOf(random, oddLikelihood);
  const dry = oddLikelihood > 0 && chance(random, 0.5) ? "?dryRun=All" : "";
  if (dry && chance(random, 0.3)) {
    await ask({ do: `POST /api/v1/namespaces${dry}`, body: { metadata: { name: `new-${id}`, labels } } });
    return;
  }
  await ask({
    do: `PATCH ${`/api/v1/namespaces/${namespace}`}${dry}`,
    type: "application/merge-patch+json",
    body: { metadata: { labels: { ...gone, ...labels } } },
  });
  await untilSeen();
}

function pod({ random }: Scene) {
  const annotations = podAnnotations(random);
  return {
    metadata: { name: "p", ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: brokenPodSpec(random),
  };
}

/** What an ephemeral container can have of a container. */
function asEphemeral({ name, image, securityContext }: Json & { readonly name: string }): Json {
  return { name: `e-${name}`, image, ...(securityContext !== undefined && { securityContext }) };
}

const WORKLOADS = [
  ["apps/v1", "deployments"],
  ["apps/v1", "replicasets"],
  ["apps/v1", "statefulsets"],
  ["apps/v1", "daemonsets"],
  ["batch/v1", "jobs"],
  ["batch/v1", "cronjobs"],
  ["v1", "replicationcontrollers"],
  ["v1", "podtemplates"],
] as const;

function attempt(scene: Scene): Request {
  const { random, namespace } = scene;
  const core = `/api/v1/namespaces/${namespace}`;
  const kind = random.float();
  if (kind < 0.65) return { do: `POST ${core}/pods?dryRun=All`, body: pod(scene) };
  const name = pick(["a", "b", "c"], random);
  if (kind < 0.72)
    return {
      do: `PATCH ${core}/pods/${name}/ephemeralcontainers?dryRun=All`,
      type: "application/strategic-merge-patch+json",
      body: { spec: { ephemeralContainers: brokenPodSpec(random).containers.map(asEphemeral) } },
    };
  if (kind < 0.79)
    return {
      do: `PATCH ${core}/pods/${name}?dryRun=All`,
      type: "application/strategic-merge-patch+json",
      body: pick<object>(
        [
          { metadata: { labels: { a: "b" } } },
          { metadata: { annotations: podAnnotations(random) } },
          { spec: { containers: [{ name: "c0", image: "other" }] } },
          { spec: { activeDeadlineSeconds: 5 } },
          { spec: { tolerations: [{ key: "k", operator: "Exists", effect: "NoSchedule" }] } },
        ],
        random,
      ),
    };
  const [version, plural] = pick(WORKLOADS, random);
  const path = `${version === "v1" ? "/api/v1" : `/apis/${version}`}/namespaces/${namespace}/${plural}`;
  return { do: `POST ${path}?dryRun=All`, body: workload(scene, plural) };
}

function workload(scene: Scene, plural: string): object {
  const { metadata, spec } = pod(scene);
  const labels = { app: "a" };
  const template = {
    metadata: { labels, ...("annotations" in metadata && { annotations: metadata.annotations }) },
    spec,
  };
  const own = { metadata: { name: "w" } };
  const once = { ...template, spec: { ...spec, restartPolicy: "Never" } };
  const selector = plural === "replicationcontrollers" ? labels : { matchLabels: labels };
  if (plural === "podtemplates") return { ...own, template };
  if (plural === "jobs") return { ...own, spec: { template: once } };
  if (plural === "cronjobs")
    return { ...own, spec: { schedule: "* * * * *", jobTemplate: { spec: { template: once } } } };
  return { ...own, spec: { selector, template, ...(plural === "statefulsets" && { serviceName: "s" }) } };
}
