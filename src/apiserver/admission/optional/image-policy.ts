import { createHash } from "node:crypto";
import { type Clock, jsonEqual } from "../../../base/index.ts";
import { type Handler, makeRequest, readBody } from "../../../net/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { type ConfigObject, ConfigReader } from "../configuration.ts";
import { refused } from "../refused.ts";
import { containersOf, type PodDraft } from "./pods.ts";

const NAME = "ImagePolicyWebhook";
const API_VERSION = "imagepolicy.k8s.io/v1alpha1";
const ANNOTATION = /\.image-policy\.k8s\.io\//;
const NOTES = "imagepolicywebhook.image-policy.k8s.io/";
const TRIES_MAX = 5;
const BACKOFF_FACTOR = 1.5;
const TIMEOUT_MS = 30_000;
const REVIEWS_KEPT_MAX = 1024;
const BODY_BYTES_MAX = 1024 * 1024;

/** A server behind a kubeconfig, and the path at which it is asked. */
export interface WebhookServer {
  readonly handle: Handler;
  readonly path: string;
}

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
  const backend = new Backend(policy, connect(policy.kubeconfig), clock);
  return {
    name: NAME,
    resources: ["/pods"],
    async validate(request) {
      const pod = podWithImages(request);
      if (!pod) return;
      const { audited } = request;
      let verdict: Verdict;
      try {
        verdict = await backend.ask(specOf(pod, request));
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

/** Remembers what the server said of the same images before. */
class Backend {
  readonly #policy: ImagePolicy;
  readonly #server: WebhookServer;
  readonly #clock: Clock;
  readonly #said = new Map<string, { readonly verdict: Verdict; readonly untilMs: number }>();

  constructor(policy: ImagePolicy, server: WebhookServer, clock: Clock) {
    this.#policy = policy;
    this.#server = server;
    this.#clock = clock;
  }

  async ask(spec: object): Promise<Verdict> {
    const key = createHash("sha256").update(JSON.stringify(spec)).digest("base64");
    const said = this.#said.get(key);
    if (said && said.untilMs > this.#clock.monotonicMs()) return said.verdict;
    const verdict = await this.#review(spec);
    const { allowTtlMs, denyTtlMs } = this.#policy;
    this.#said.delete(key);
    this.#said.set(key, {
      verdict,
      untilMs: this.#clock.monotonicMs() + (verdict.isAllowed ? allowTtlMs : denyTtlMs),
    });
    if (this.#said.size > REVIEWS_KEPT_MAX) this.#said.delete(this.#said.keys().next().value!);
    return verdict;
  }

  async #review(spec: object): Promise<Verdict> {
    const review = { kind: "ImageReview", apiVersion: API_VERSION, metadata: {}, spec, status: { allowed: false } };
    const bytes = Buffer.from(JSON.stringify(review));
    let { backoffMs } = this.#policy;
    for (let tries = 1; ; tries++) {
      const { status, text } = await this.#send(bytes).catch((error: Error) => ({ status: 0, text: error.message }));
      if (status >= 200 && status < 300) return verdictOf(text);
      // What the server can't take it can't take a second time; trouble on the way may pass.
      const isLasting = status >= 400 && status < 500 && status !== 429;
      if (isLasting || tries === TRIES_MAX)
        throw new Error(status ? `ask the image policy webhook: got status ${status}` : text);
      await this.#clock.sleep(backoffMs);
      backoffMs *= BACKOFF_FACTOR;
    }
  }

  async #send(bytes: Uint8Array<ArrayBuffer>): Promise<{ readonly status: number; readonly text: string }> {
    const late = new AbortController();
    const timer = this.#clock.timer(TIMEOUT_MS, () =>
      late.abort(new Error("ask the image policy webhook: no answer in time")),
    );
    try {
      const headers = { "content-type": "application/json", accept: "application/json" };
      const { handle, path } = this.#server;
      const request = makeRequest({
        method: "POST",
        path,
        headers,
        body: { type: "bytes", bytes },
        signal: late.signal,
      });
      const response = await handle(request);
      return { status: response.status, text: Buffer.from(await readBody(response, BODY_BYTES_MAX)).toString() };
    } finally {
      timer.cancel();
    }
  }
}

function verdictOf(text: string): Verdict {
  const { status = {} } = JSON.parse(text) as {
    readonly status?: { allowed?: unknown; reason?: unknown; auditAnnotations?: Record<string, unknown> };
  };
  const notes = Object.entries(status.auditAnnotations ?? {}).map(([key, value]) => [key, String(value)]);
  return { isAllowed: status.allowed === true, reason: String(status.reason ?? ""), notes: Object.fromEntries(notes) };
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
