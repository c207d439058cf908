import { messageOf, type Clock } from "../../base/index.ts";
import type { Pod, Volume } from "../../api/index.ts";
import type { KubeletApi } from "../api.ts";
import { SyncError } from "../errors.ts";
import type { Host } from "../host/index.ts";
import type { PodFacts } from "../pod/field-ref.ts";
import { quantityValue } from "../pod/quantity.ts";
import type { ObjectCache } from "./object-cache.ts";
import { type Payload, writeAtomically } from "./atomic-writer.ts";
import { checkHostPath } from "./host-path.ts";
import { configMapPayload, downwardPayload, secretPayload } from "./payload.ts";
import type { TokenManager } from "./tokens.ts";

export interface VolumesOptions {
  readonly clock: Clock;
  readonly host: Host;
  readonly api: KubeletApi;
  readonly objects: ObjectCache;
  readonly tokens: TokenManager;
  /** Directory of a pod, without a slash at its end. */
  readonly podDirectory: (podUid: string) => string;
}

/** Where each volume of a pod is on the machine, by its name in the pod. */
export type MountedVolumes = ReadonlyMap<string, string>;

/** Brings a pod's volumes to what the API says, as often as asked, and takes them away in the end. */
export class Volumes {
  readonly #options: VolumesOptions;
  readonly #inMemory = new Set<string>();

  constructor(options: VolumesOptions) {
    this.#options = options;
  }

  /** Throws a SyncError "FailedMount" with the first problem. */
  async sync(pod: Pod, facts: PodFacts, signal: AbortSignal): Promise<MountedVolumes> {
    const mounted = new Map<string, string>();
    for (const volume of pod.spec.volumes ?? []) {
      try {
        mounted.set(volume.name, await this.#mount(pod, volume, facts, signal));
      } catch (error) {
        signal.throwIfAborted();
        const message = `MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`;
        throw new SyncError("FailedMount", message, { cause: error });
      }
    }
    return mounted;
  }

  /** Unmounts and deletes everything of the pod; what hostPath and claims point to stays. */
  async remove(podUid: string): Promise<void> {
    const { host, podDirectory, tokens } = this.#options;
    const directory = podDirectory(podUid);
    const points = await host.mounts.below(directory);
    for (const point of [...points].reverse()) await host.mounts.unmount(point);
    // What is mounted in there may be anyone's files: nothing is deleted while a mount is left.
    const left = await host.mounts.below(directory);
    if (left.length > 0) throw new Error(`remove volumes of pod ${podUid}: ${left[0]} is still mounted`);
    await host.files.remove(directory);
    for (const known of this.#inMemory) if (known.startsWith(`${directory}/`)) this.#inMemory.delete(known);
    tokens.forget(podUid);
  }

  async #mount(pod: Pod, volume: Volume, facts: PodFacts, signal: AbortSignal): Promise<string> {
    if (volume.hostPath) return checkHostPath(this.#options.host.files, volume.hostPath);
    if (volume.emptyDir) return this.#emptyDir(pod, volume);
    if (volume.ephemeral) return this.#claim(pod, `${pod.metadata.name}-${volume.name}`, signal);
    if (volume.persistentVolumeClaim) return this.#claim(pod, volume.persistentVolumeClaim.claimName, signal);
    const payload = await this.#payload(pod, volume, facts, signal);
    if (!payload) throw new Error(`no volume plugin of this version handles ${sourceOf(volume)}`);
    const directory = this.#directory(pod, payload.plugin, volume.name);
    await this.#options.host.files.makeDirectory(directory, { mode: 0o777 });
    if (payload.plugin !== "configmap") await this.#keepInMemory(directory);
    const gid = pod.spec.securityContext?.fsGroup;
    const stamp = String(this.#options.clock.now());
    await writeAtomically(this.#options.host.files, directory, payload.files, {
      stamp,
      ...(gid === undefined ? {} : { gid }),
    });
    return directory;
  }

  /** Secrets and tokens, and what stands beside them, must not come to rest on a disk. */
  async #keepInMemory(directory: string): Promise<void> {
    if (this.#inMemory.has(directory)) return;
    const { mounts } = this.#options.host;
    const points = await mounts.below(directory);
    if (!points.includes(directory)) await mounts.tmpfs(directory, { mode: 0o777 });
    this.#inMemory.add(directory);
  }

  async #payload(
    pod: Pod,
    volume: Volume,
    facts: PodFacts,
    signal: AbortSignal,
  ): Promise<{ readonly plugin: string; readonly files: Payload } | undefined> {
    const { objects } = this.#options;
    if (volume.configMap) {
      const object = await objects.configMap(pod, volume.configMap.name ?? "", signal);
      return { plugin: "configmap", files: configMapPayload(volume.configMap, object) };
    }
    if (volume.secret) {
      const object = await objects.secret(pod, volume.secret.secretName ?? "", signal);
      return { plugin: "secret", files: secretPayload(volume.secret, object) };
    }
    if (volume.downwardAPI) return { plugin: "downward-api", files: downwardPayload(pod, volume.downwardAPI, facts) };
    if (volume.projected) return { plugin: "projected", files: await this.#projected(pod, volume, facts, signal) };
    return undefined;
  }

  async #projected(pod: Pod, volume: Volume, facts: PodFacts, signal: AbortSignal): Promise<Payload> {
    const { objects, tokens } = this.#options;
    const all = new Map<string, Payload extends ReadonlyMap<string, infer F> ? F : never>();
    const mode = volume.projected?.defaultMode ?? 0o644;
    const add = (files: Payload) => {
      for (const [path, file] of files) all.set(path, file);
    };
    for (const source of volume.projected?.sources ?? []) {
      if (source.configMap)
        add(
          configMapPayload(source.configMap, await objects.configMap(pod, source.configMap.name ?? "", signal), mode),
        );
      else if (source.secret) {
        const { name = "", ...rest } = source.secret;
        add(secretPayload({ ...rest, secretName: name }, await objects.secret(pod, name, signal), mode));
      } else if (source.downwardAPI) add(downwardPayload(pod, source.downwardAPI, facts, mode));
      else if (source.serviceAccountToken) {
        const content = await tokens.token(pod, source.serviceAccountToken, signal);
        // A container that doesn't run as root reads its token through the group or as its owner.
        const narrow = pod.spec.securityContext?.fsGroup !== undefined || mode !== 0o644;
        add(new Map([[source.serviceAccountToken.path, { content, mode: narrow ? mode : 0o644 }]]));
      } else throw new Error(`no projection of this version handles ${sourceOf(source)}`);
    }
    return all;
  }

  async #emptyDir(pod: Pod, volume: Volume): Promise<string> {
    const { host } = this.#options;
    const directory = this.#directory(pod, "empty-dir", volume.name);
    const isNew = (await host.files.stat(directory)) === undefined;
    await host.files.makeDirectory(directory, { mode: 0o777 });
    const { medium = "", sizeLimit } = volume.emptyDir!;
    if (medium === "Memory") {
      const mounted = (await host.mounts.below(directory)).includes(directory);
      const sizeBytes = quantityValue(sizeLimit);
      if (!mounted) await host.mounts.tmpfs(directory, { mode: 0o777, ...(sizeBytes > 0 ? { sizeBytes } : {}) });
    } else if (medium !== "") throw new Error(`unknown storage medium "${medium}"`);
    const gid = pod.spec.securityContext?.fsGroup;
    if (isNew && gid !== undefined) await host.files.setGroup(directory, gid, { readOnly: false });
    return directory;
  }

  /** A claim bound to a volume that is a directory of this machine. */
  async #claim(pod: Pod, name: string, signal: AbortSignal): Promise<string> {
    const { api, host } = this.#options;
    const claim = await api.getClaim(pod.metadata.namespace, name, signal);
    if (!claim) throw new Error(`persistentvolumeclaim "${name}" not found`);
    if (claim.status.phase !== "Bound" || !claim.spec.volumeName)
      throw new Error(`persistentvolumeclaim "${name}" is not bound`);
    const volume = await api.getVolume(claim.spec.volumeName, signal);
    const { local, hostPath } = volume?.spec ?? {};
    if (local) return checkHostPath(host.files, { path: local.path, type: "Directory" });
    if (hostPath) return checkHostPath(host.files, hostPath);
    throw new Error(`no volume plugin of this version handles volume ${claim.spec.volumeName}`);
  }

  #directory(pod: Pod, plugin: string, name: string): string {
    return `${this.#options.podDirectory(pod.metadata.uid)}/volumes/kubernetes.io~${plugin}/${name}`;
  }
}

function sourceOf(volume: object): string {
  return Object.keys(volume).find((key) => key !== "name") ?? "an empty source";
}
