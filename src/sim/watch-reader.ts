import { ConfigMap, Status } from "../api/index.ts";
import { frames } from "../client/index.ts";
import type { ApiResponse, WatchFrame } from "../net/index.ts";
import { bytes, decodeProto, openProtoEnvelope, ref, string, struct } from "../schema/index.ts";
import type { Heard } from "./api-check.ts";
import { itemOf, keyOf } from "./truth.ts";

const Raw = struct("sim.Raw", () => ({ raw: bytes(1) }));
const Event = struct("sim.WatchEvent", () => ({ type: string(1), object: ref(2, Raw) }));

/** Batches of what a watch of ConfigMaps says, in whichever form it was asked for. */
export function watched(response: ApiResponse): AsyncIterable<readonly WatchFrame[]> {
  return frames(response, decodeFrame);
}

/** One event of a protobuf watch. */
export function decodeFrame(message: Uint8Array): WatchFrame {
  const { type, object } = decodeProto(Event, message) as { type: WatchFrame["type"]; object: { raw: string } };
  const { kind, apiVersion, raw } = openProtoEnvelope(Buffer.from(object.raw, "base64"));
  const struct = kind === "Status" ? Status : ConfigMap.struct;
  return { type, object: { kind, apiVersion, ...decodeProto(struct, raw) } };
}

const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** A frame as the checks compare it; undefined for an error. */
export function heardOf({ type, object }: WatchFrame): Heard | undefined {
  if (type === "ERROR") return undefined;
  const { metadata } = object as {
    readonly metadata: { readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string>> };
  };
  const revision = Number(metadata.resourceVersion);
  if (type === "BOOKMARK")
    return { type, revision, endsInitial: metadata.annotations?.[INITIAL_EVENTS_END] === "true" };
  const item = itemOf(object);
  return { type, key: keyOf(item), revision, mark: item.mark };
}
