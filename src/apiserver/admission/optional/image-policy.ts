import { createHash } from "node:crypto";
import { type Clock, jsonEqual } from "../../../base/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { type ConfigObject, ConfigReader } from "../../configuration.ts";
import { askReview, KeptAnswers, type WebhookServer } from "../../delegation/index.ts";
import { refused } from "../refused.ts";
import { containersOf, type PodDraft } from "./pods.ts";

const NAME = "ImagePolicyWebhook";
const API_VERSION = "imagepolicy.k8s.io/v1alpha1";
const ANNOTATION = /\.image-policy\.k8s\.io\//;
const NOTES = "imagepolicywebhook.image-policy.k8s.io/";
const REVIEWS_KEPT_MAX = 1024;

/** Finds the server that a kubeconfig file names. */
export type ConnectWebhook = (kubeconfig: string) => WebhookServer;

interface Options {
  readonly clock: Clock;
  readonly connect: ConnectWebhook;
}

interface ImagePolicy {
  readonly kubeconfig: string;
  readonly allowTtlMs: number;
  readonly denyTtlMs: number;
  readonly backoffMs: number;
  readonly isAllowedByDefault: boolean;
}

interface Verdict {
  readonly isAllowed: boolean;
  readonly reason: string;
  readonly notes: Readonly<Record<string, string>>;
}

/** Asks a server whether pods may run their images. */
export function imagePolicyWebhook(
  configuration: ConfigObject | undefined,
  { clock, connect }: Options,
): AdmissionPlugin {
  const policy = readPolicy(configuration);
  const backend = { server: connect(policy.kubeconfig), clock, backoffMs: policy.backoffMs };
  const kept = new KeptAnswers<Verdict>(clock, REVIEWS_KEPT_MAX);
  const ask = async (spec: object): Promise<Verdict> => {
    const question = createHash("sha256").update(JSON.stringify(spec)).digest("base64");
    const known = kept.get(question);
    if (known) return known;
    const review = { kind: "ImageReview", apiVersion: API_VERSION, metadata: {}, spec, status: { allowed: false } };
    const verdict = verdictIn(await askReview(review, backend));
    kept.set(question, verdict, verdict.isAllowed ? policy.allowTtlMs : policy.denyTtlMs);
    return verdict;
  };
  return {
    name: NAME,
    resources: ["/pods"],
    async validate(request) {
      const pod = podWithImages(request);
      if (!pod) return;
      const { audited } = request;
      let verdict: Verdict;
      try {
        verdict = await ask(specOf(pod, request));
      } catch (error) {
        if (!policy.isAllowedByDefault) throw refused(request, (error as Error).message);
        audited?.annotate(`${NOTES}failed-open`, "true");
        return;
      }
      for (const [key, value] of Object.entries(verdict.notes)) audited?.annotate(NOTES + key, value);
      if (verdict.isAllowed) return;
      const { reason } = verdict;
      throw refused(
        request,
        reason
          ? `image policy webhook backend denied one or more images: ${reason}`
          : "one or more images rejected by webhook backend",
      );
    },
  };
}

/** The pod of a request that may bring images; undefined for any other request. */
function podWithImages({ kind, operation, subresource, object, oldObject }: AdmissionRequest): PodDraft | undefined {
  if (kind.plural !== "pods" || kind.group !== "" || !object) return undefined;
  if (subresource !== "" && subresource !== "ephemeralcontainers") return undefined;
  if (operation !== "CREATE" && operation !== "UPDATE") return undefined;
  const pod = object as unknown as PodDraft;
  const imagesOf = (of: PodDraft) => containersOf(of).map(({ one: { name, image } }) => [name, image]);
  return operation === "UPDATE" && jsonEqual(imagesOf(pod), imagesOf(oldObject as PodDraft)) ? undefined : pod;
}

function specOf(pod: PodDraft, { namespace }: AdmissionRequest) {
  const { spec, metadata } = pod;
  const lists = [spec.containers, spec.initContainers, spec.ephemeralContainers];
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => ANNOTATION.test(key));
  return {
    containers: lists.flatMap((list) => (list ?? []).map(({ image }) => ({ image }))),
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    namespace,
  };
}

function verdictIn({ allowed, reason, auditAnnotations }: Readonly<Record<string, unknown>>): Verdict {
  const notes = Object.entries((auditAnnotations ?? {}) as Record<string, unknown>).map(([key, value]) => [
    key,
    String(value),
  ]);
  return { isAllowed: allowed === true, reason: String(reason ?? ""), notes: Object.fromEntries(notes) };
}

function readPolicy(configuration: ConfigObject | undefined): ImagePolicy {
  const whole = new ConfigReader(`configuration of ${NAME}`, configuration ?? {});
  whole.allow(["imagePolicy"]);
  const reader = whole.object("imagePolicy");
  const kubeconfig = reader?.text("kubeConfigFile");
  if (!reader || !kubeconfig) throw whole.wrong("imagePolicy.kubeConfigFile", "is missing");
  reader.allow(["kubeConfigFile", "allowTTL", "denyTTL", "retryBackoff", "defaultAllow"]);
  return {
    kubeconfig,
    allowTtlMs: timeOf(reader, { field: "allowTTL", unitMs: 1000, min: 1, max: 1800, byDefault: 300 }),
    denyTtlMs: timeOf(reader, { field: "denyTTL", unitMs: 1000, min: 1, max: 1800, byDefault: 30 }),
    backoffMs: timeOf(reader, { field: "retryBackoff", unitMs: 1, min: 1, max: 300_000, byDefault: 500 }),
    isAllowedByDefault: reader.flag("defaultAllow") ?? false,
  };
}

interface TimeField {
  readonly field: string;
  readonly unitMs: number;
  readonly min: number;
  readonly max: number;
  readonly byDefault: number;
}

/** A time in ms; -1 in the file turns it off. */
function timeOf(reader: ConfigReader, { field, unitMs, min, max, byDefault }: TimeField): number {
  const value = reader.whole(field) || byDefault;
  if (value === -1) return 0;
  if (value < min || value > max) throw reader.wrong(field, `is ${value}, wanted ${min} to ${max}, or -1 for none`);
  return value * unitMs;
}
