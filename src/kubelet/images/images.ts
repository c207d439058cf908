import { messageOf, type Clock } from "../../base/index.ts";
import type { Container, Pod, Secret } from "../../api/index.ts";
import type { KubeletEvents } from "../api.ts";
import type { Image, ImageService } from "../cri/index.ts";
import { SyncError } from "../errors.ts";
import { Backoff, formatDuration } from "../sync/backoff.ts";
import { credentialsFor } from "./credentials.ts";

export interface ImageRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly fieldPath: string;
  readonly pullSecrets: readonly Secret[];
}

/** Sees that images are on the machine before containers start: pull policies, back-off, one pull at a time. */
export class Images {
  readonly #clock: Clock;
  readonly #service: ImageService;
  readonly #events: KubeletEvents;
  readonly #backoff = new Backoff();
  readonly #lastError = new Map<string, string>();
  #pulling: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly clock: Clock; readonly service: ImageService; readonly events: KubeletEvents }) {
    this.#clock = options.clock;
    this.#service = options.service;
    this.#events = options.events;
  }

  /** The image of a container, pulled when its policy asks for it. Throws a SyncError with the reason to show. */
  async ensure(request: ImageRequest, signal: AbortSignal): Promise<Image> {
    const { pod, container, fieldPath } = request;
    const { image: name = "" } = container;
    if (!isImageName(name)) throw this.#invalidName(request, name);
    const reference = withTag(name);
    const present = await this.#inspect(request, reference, signal);
    const policy = container.imagePullPolicy ?? (reference.endsWith(":latest") ? "Always" : "IfNotPresent");
    if (present && policy !== "Always") {
      const message = `Container image "${name}" already present on machine and can be accessed by the pod`;
      this.#events.pod(pod, { type: "Normal", reason: "Pulled", message, fieldPath });
      return present;
    }
    if (policy === "Never") {
      const message = `Container image "${name}" is not present with pull policy of Never`;
      this.#events.pod(pod, { type: "Warning", reason: "ErrImageNeverPull", message, fieldPath });
      throw new SyncError("ErrImageNeverPull", message);
    }
    this.#checkBackoff(request, reference);
    return this.#pull(request, reference, signal);
  }

  /** When a failed pull may be tried again; undefined when nothing holds it back. */
  retryAtMs(pod: Pod, container: Container): number | undefined {
    const key = backoffKey(pod, withTag(container.image ?? ""));
    const remaining = this.#backoff.remainingMs(key, this.#failedAt.get(key) ?? 0, this.#clock.now());
    return remaining > 0 ? this.#clock.now() + remaining : undefined;
  }

  forget(podUid: string): void {
    this.#backoff.forget(podUid);
    for (const map of [this.#failedAt, this.#lastError])
      for (const key of map.keys()) if (key.startsWith(podUid)) map.delete(key);
  }

  readonly #failedAt = new Map<string, number>();

  #invalidName({ pod, fieldPath }: ImageRequest, name: string): SyncError {
    const path = repositoryPath(name);
    const why = `invalid reference format${path === path.toLowerCase() ? "" : `: repository name (${path}) must be lowercase`}`;
    const message = `Failed to apply default image tag "${name}": couldn't parse image name "${name}": ${why}`;
    this.#events.pod(pod, { type: "Warning", reason: "InspectFailed", message, fieldPath });
    return new SyncError("InvalidImageName", message);
  }

  async #inspect(request: ImageRequest, reference: string, signal: AbortSignal): Promise<Image | undefined> {
    try {
      return await this.#service.imageStatus(reference, signal);
    } catch (error) {
      const { pod, container, fieldPath } = request;
      const message = `Failed to inspect image "${container.image}": ${messageOf(error)}`;
      this.#events.pod(pod, { type: "Warning", reason: "InspectFailed", message, fieldPath });
      throw new SyncError("ImageInspectError", message, { cause: error });
    }
  }

  #checkBackoff({ pod, container, fieldPath }: ImageRequest, reference: string): void {
    const key = backoffKey(pod, reference);
    if (this.#backoff.remainingMs(key, this.#failedAt.get(key) ?? 0, this.#clock.now()) === 0) return;
    const message = `Back-off pulling image "${container.image}"`;
    this.#events.pod(pod, { type: "Normal", reason: "BackOff", message, fieldPath });
    const last = this.#lastError.get(key);
    throw new SyncError("ImagePullBackOff", last === undefined ? message : `${message}: ErrImagePull: ${last}`);
  }

  async #pull(request: ImageRequest, reference: string, signal: AbortSignal): Promise<Image> {
    const { pod, container, fieldPath, pullSecrets } = request;
    const key = backoffKey(pod, reference);
    this.#events.pod(pod, {
      type: "Normal",
      reason: "Pulling",
      message: `Pulling image "${container.image}"`,
      fieldPath,
    });
    const askedMs = this.#clock.now();
    let startedMs = askedMs;
    try {
      const reached = await this.#inTurn(async () => {
        startedMs = this.#clock.now();
        return this.#service.pullImage(reference, credentialsFor(reference, pullSecrets), signal);
      }, signal);
      const image = await this.#service.imageStatus(reached || reference, signal);
      if (!image) throw new Error(`image "${reference}" is not there after its pull`);
      const took = formatDuration(this.#clock.now() - startedMs);
      const total = formatDuration(this.#clock.now() - askedMs);
      const message = `Successfully pulled image "${container.image}" in ${took} (${total} including waiting). Image size: ${image.sizeBytes} bytes.`;
      this.#events.pod(pod, { type: "Normal", reason: "Pulled", message, fieldPath });
      return image;
    } catch (error) {
      signal.throwIfAborted();
      const text = messageOf(error);
      this.#backoff.next(key, this.#failedAt.get(key) ?? this.#clock.now(), this.#clock.now());
      this.#failedAt.set(key, this.#clock.now());
      this.#lastError.set(key, text);
      const message = `Failed to pull image "${container.image}": ${text}`;
      this.#events.pod(pod, { type: "Warning", reason: "Failed", message, fieldPath });
      throw new SyncError("ErrImagePull", text, { cause: error });
    }
  }

  /** One pull after the other, so that a slow network isn't shared into failure. */
  #inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.#pulling.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#pulling = turn.catch(() => {});
    return turn;
  }
}

function backoffKey(pod: Pod, reference: string): string {
  return `${pod.metadata.uid}/${reference}`;
}

/** An image name with its tag said. */
function withTag(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
}

const PATH = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST =
  "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?";
const IMAGE_NAME = new RegExp(
  `^(?:${HOST}/)?${PATH}(?:/${PATH})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** Whether a registry could have an image of this name. */
export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/** The part of a name that says which repository of its registry it is. */
function repositoryPath(name: string): string {
  const [first = "", ...rest] = name.split("/");
  const hasHost = rest.length > 0 && (/[.:A-Z]/.test(first) || first === "localhost");
  const path = (hasHost ? rest.join("/") : name).replace(/:.*$/s, "");
  return hasHost || path.includes("/") ? path : `library/${path}`;
}
