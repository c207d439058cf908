import type { ConfigMap, Pod, Secret, Volume } from "../../api/index.ts";
import { decodeBase64 } from "../pod/environment.ts";
import { fieldText, type PodFacts, resourceText } from "../pod/field-ref.ts";
import type { Payload, PayloadFile } from "./atomic-writer.ts";

type ConfigMapSource = NonNullable<Volume["configMap"]>;
type SecretSource = NonNullable<Volume["secret"]>;
type DownwardSource = NonNullable<Volume["downwardAPI"]>;
type KeyToPath = NonNullable<ConfigMapSource["items"]>[number];

const MODE_DEFAULT = 0o644;

interface KeyedInput {
  readonly what: string;
  readonly data: ReadonlyMap<string, Uint8Array | string>;
  readonly items: readonly KeyToPath[] | undefined;
  readonly mode: number;
  readonly optional: boolean;
}

/** Files of a config map; throws upstream's message when it or a key is missing and not optional. */
export function configMapPayload(
  source: ConfigMapSource,
  object: ConfigMap | undefined,
  mode = source.defaultMode,
): Payload {
  if (!object && !source.optional) throw new Error(`configmap "${source.name ?? ""}" not found`);
  const data = new Map<string, Uint8Array | string>(Object.entries(object?.data ?? {}));
  for (const [key, value] of Object.entries(object?.binaryData ?? {})) data.set(key, decodeBase64(value));
  const optional = source.optional === true;
  return keyed({ what: "configmap", data, items: source.items, mode: mode ?? MODE_DEFAULT, optional });
}

/** Files of a secret. */
export function secretPayload(
  source: Pick<SecretSource, "secretName" | "items" | "optional" | "defaultMode">,
  object: Secret | undefined,
  mode = source.defaultMode,
): Payload {
  if (!object && !source.optional) throw new Error(`secret "${source.secretName ?? ""}" not found`);
  const entries = Object.entries(object?.data ?? {}).map(([key, value]) => [key, decodeBase64(value)] as const);
  const optional = source.optional === true;
  return keyed({ what: "secret", data: new Map(entries), items: source.items, mode: mode ?? MODE_DEFAULT, optional });
}

function keyed({ what, data, items, mode, optional }: KeyedInput): Payload {
  const payload = new Map<string, PayloadFile>();
  if (!items || items.length === 0) {
    for (const [key, content] of data) payload.set(key, { content, mode });
    return payload;
  }
  for (const item of items) {
    const content = data.get(item.key);
    if (content === undefined) {
      if (optional) continue;
      throw new Error(`${what} references non-existent ${what === "secret" ? "secret" : "config"} key: ${item.key}`);
    }
    payload.set(checkedPath(item.path), { content, mode: item.mode ?? mode });
  }
  return payload;
}

/** Files with what the pod knows of itself. */
export function downwardPayload(
  pod: Pod,
  source: Pick<DownwardSource, "items" | "defaultMode">,
  facts: PodFacts,
  mode = source.defaultMode,
): Payload {
  const payload = new Map<string, PayloadFile>();
  for (const item of source.items ?? []) {
    const content = item.fieldRef
      ? fieldText(pod, item.fieldRef.fieldPath, facts)
      : item.resourceFieldRef
        ? resourceText(pod, item.resourceFieldRef, facts)
        : "";
    payload.set(checkedPath(item.path), { content, mode: item.mode ?? mode ?? MODE_DEFAULT });
  }
  return payload;
}

/** The API server refuses such paths; a kubelet that trusted it would write outside of the volume. */
function checkedPath(path: string): string {
  const parts = path.split("/");
  if (path.startsWith("/") || parts.includes("..") || parts[0]!.startsWith(".."))
    throw new Error(`invalid path ${path}: must be relative and without '..'`);
  return path;
}
