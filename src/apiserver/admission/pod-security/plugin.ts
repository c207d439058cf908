import { jsonEqual, own } from "../../../base/index.ts";
import { forbidden, invalid, Namespace, Pod, type PodTemplateSpec } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest, Audited } from "../../contracts.ts";
import type { ConfigObject } from "../../configuration.ts";
import { subjectOf } from "./checks.ts";
import {
  isStricter,
  policiesOf,
  type Policies,
  policyText,
  type Policy,
  violationsOf,
  violationsText,
} from "./policy.ts";
import { readStandards, type Standards } from "./standards.ts";

type Json = Readonly<Record<string, unknown>>;

/** Where kinds that make pods keep the template of them. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  "/replicationcontrollers": ["spec", "template"],
  "/podtemplates": ["template"],
  "apps/replicasets": ["spec", "template"],
  "apps/deployments": ["spec", "template"],
  "apps/statefulsets": ["spec", "template"],
  "apps/daemonsets": ["spec", "template"],
  "batch/jobs": ["spec", "template"],
  "batch/cronjobs": ["spec", "jobTemplate", "spec", "template"],
};
/** What keys of notes begin with. */
const NOTES = "pod-security.kubernetes.io/";
const POD_SUBRESOURCES = ["", "ephemeralcontainers"];
const PODS_MAX = 3000;

/** Refuses pods that break the standards which their namespace demands, and warns of those that would. */
export function podSecurity(configuration: ConfigObject | undefined): AdmissionPlugin {
  const standards = readStandards(configuration);
  return {
    name: "PodSecurity",
    resources: ["/namespaces", "/pods", ...Object.keys(TEMPLATES)],
    async validate(request) {
      const { operation, kind, subresource, object } = request;
      if (operation === "DELETE" || !object) return;
      const resource = `${kind.group}/${kind.plural}`;
      if (resource === "/namespaces") {
        if (subresource === "") await checkNamespace(request, standards);
      } else if (resource === "/pods") {
        if (POD_SUBRESOURCES.includes(subresource)) await checkPod(request, object as unknown as Pod, standards);
      } else if (subresource === "") {
        const path = own(TEMPLATES, resource);
        if (path) await checkTemplate(request, path, standards);
      }
    },
  };
}

async function policiesHere({ reads, namespace }: AdmissionRequest, { defaults }: Standards) {
  const found = await reads.get(Namespace, { name: namespace });
  return policiesOf(found?.metadata.labels, defaults).policies;
}

/** Whether nothing is demanded of who asks, or of what is in this namespace; notes it. */
function isExempt({ namespace, user, audited }: AdmissionRequest, { exempt }: Standards): boolean {
  const because = exempt.namespaces.includes(namespace)
    ? "namespace"
    : exempt.usernames.includes(user.name)
      ? "user"
      : undefined;
  if (because === undefined) return false;
  audited?.annotate(`${NOTES}exempt`, because);
  return true;
}

/** The same of pods that run in a class of their own. */
function isExemptClass(
  { audited }: AdmissionRequest,
  { runtimeClassName }: PodTemplateSpec["spec"],
  { exempt }: Standards,
): boolean {
  if (!runtimeClassName || !exempt.runtimeClasses.includes(runtimeClassName)) return false;
  audited?.annotate(`${NOTES}exempt`, "runtimeClass");
  return true;
}

async function checkPod(request: AdmissionRequest, pod: Pod, standards: Standards): Promise<void> {
  if (isExempt(request, standards)) return;
  const old = request.oldObject as Pod | undefined;
  const isMinor = request.operation === "UPDATE" && old !== undefined && !matters(pod, old);
  if (isMinor && !request.audited) return;
  const { enforce, warn, audit } = await policiesHere(request, standards);
  request.audited?.annotate(`${NOTES}enforce-policy`, policyText(enforce));
  if (isMinor || isExemptClass(request, pod.spec, standards)) return;
  if (request.audited) noteOf(request.audited, audit, pod);
  const subject = subjectOf(pod.spec, pod.metadata.annotations);
  const refused = violationsOf(enforce, subject);
  if (refused.length > 0) {
    const why = `violates PodSecurity ${JSON.stringify(policyText(enforce))}: ${violationsText(refused)}`;
    throw forbidden(request.kind, request.name, why);
  }
  warnOf(request, warn, pod);
}

/** Of what an update may change only images count, and new containers. */
function matters(pod: Pod, old: Pod): boolean {
  const imagesOf = ({ spec }: Pod) =>
    [spec.initContainers, spec.containers, spec.ephemeralContainers].map((list) =>
      (list ?? []).map(({ name, image }) => [name, image]),
    );
  return !jsonEqual(imagesOf(pod), imagesOf(old));
}

async function checkTemplate(request: AdmissionRequest, path: readonly string[], standards: Standards): Promise<void> {
  if (isExempt(request, standards)) return;
  const template = path.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], request.object);
  if (!template) return;
  const { warn, audit } = await policiesHere(request, standards);
  if (isExemptClass(request, (template as PodTemplateSpec).spec, standards)) return;
  if (request.audited) noteOf(request.audited, audit, template as PodTemplateSpec);
  warnOf(request, warn, template as PodTemplateSpec);
}

/** Notes what breaks a standard. */
function noteOf(audited: Audited, policy: Policy, template: Pick<PodTemplateSpec, "metadata" | "spec">): void {
  const text = wouldViolate(policy, template);
  if (text !== undefined) audited.annotate(`${NOTES}audit-violations`, text);
}

function wouldViolate(
  policy: Policy,
  { metadata, spec }: Pick<PodTemplateSpec, "metadata" | "spec">,
): string | undefined {
  const violations = violationsOf(policy, subjectOf(spec, metadata?.annotations));
  if (violations.length === 0) return undefined;
  return `would violate PodSecurity ${JSON.stringify(policyText(policy))}: ${violationsText(violations)}`;
}

function warnOf(
  { warnings }: AdmissionRequest,
  policy: Policy,
  template: Pick<PodTemplateSpec, "metadata" | "spec">,
): void {
  const text = wouldViolate(policy, template);
  if (text !== undefined) warnings.push(text);
}

async function checkNamespace(request: AdmissionRequest, { defaults, exempt }: Standards): Promise<void> {
  const { kind, operation, oldObject, name, warnings, audited } = request;
  const labelsOf = (object: unknown) => (object as Namespace | undefined)?.metadata.labels;
  const { policies, errors } = policiesOf(labelsOf(request.object), defaults);
  const before = policiesOf(labelsOf(oldObject), defaults);
  const isOld = operation === "UPDATE" && jsonEqual(errors, before.errors);
  if (errors.length > 0 && !isOld) throw invalid(kind, name, errors);
  const isTightened = operation === "UPDATE" && isStricter(policies.enforce, before.policies.enforce);
  if (exempt.namespaces.includes(name)) {
    if (operation === "UPDATE" && !isTightened) return;
    if (!jsonEqual(policies, defaults)) warnings.push(ignoredText(name, policies, defaults));
    else if (isTightened) audited?.annotate(`${NOTES}exempt`, "namespace");
  } else if (isTightened) await warnOfPods(request, policies.enforce);
}

/** Tells of what its labels demand of an exempt namespace beyond what is demanded of all. */
function ignoredText(name: string, policies: Policies, defaults: Policies): string {
  const own = (["enforce", "audit", "warn"] as const).filter((mode) => !jsonEqual(policies[mode], defaults[mode]));
  const texts = own.map((mode) => `${mode}=${policyText(policies[mode])}`);
  return `namespace ${JSON.stringify(name)} is exempt from Pod Security, and the policy (${texts.join(", ")}) will be ignored`;
}

/** Pods that are there stay; who tightens the rules is told which break them. */
async function warnOfPods({ reads, name, warnings }: AdmissionRequest, policy: Policy): Promise<void> {
  const breaking = new Map<string, string[]>();
  for (const pod of (await reads.list(Pod, name)).slice(0, PODS_MAX)) {
    const violations = violationsOf(policy, subjectOf(pod.spec, pod.metadata.annotations));
    if (violations.length === 0) continue;
    const reasons = violations.map(({ reason }) => reason).join(", ");
    breaking.set(reasons, [...(breaking.get(reasons) ?? []), pod.metadata.name].sort());
  }
  if (breaking.size === 0) return;
  const [namespace, wanted] = [JSON.stringify(name), JSON.stringify(policyText(policy))];
  warnings.push(
    `existing pods in namespace ${namespace} violate the new PodSecurity enforce level ${wanted}`,
    ...[...breaking].map(([reasons, names]) => `${names[0]}${othersText(names.length - 1)}: ${reasons}`).sort(),
  );
}

function othersText(count: number): string {
  if (count === 0) return "";
  return ` (and ${count} other ${count === 1 ? "pod" : "pods"})`;
}
