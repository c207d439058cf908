import { own } from "../../base/index.ts";
import type { PersistentVolume } from "../../api/index.ts";
import type { Plugin, Rejection } from "../framework.ts";
import { claimsOf, type Volumes } from "../volumes.ts";

const OTHER_ZONE: Rejection = { reasons: ["node(s) had no available volume zone"], resolvable: false };
const KEYS = [
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
];

interface Place {
  readonly key: string;
  readonly values: readonly string[];
}

/** Volumes that are labelled with a zone or region can be used there only. */
export function volumeZone(volumes: Volumes): Plugin {
  return {
    name: "VolumeZone",
    events: ["nodeApplied", "volumesChanged"],
    prepare(pod) {
      const places = claimsOf(pod).flatMap(({ name }) => {
        const volumeName = volumes.claim(pod.metadata.namespace, name)?.spec.volumeName;
        const volume = volumeName ? volumes.volume(volumeName) : undefined;
        return volume ? placesOf(volume) : [];
      });
      return { notes: places, skipFilter: places.length === 0 };
    },
    filter(_pod, { node }, notes) {
      const labels = node.metadata.labels ?? {};
      // A node outside of all zones is a cluster without zones.
      if (!KEYS.some((key) => own(labels, key) !== undefined)) return undefined;
      const fits = (notes as Place[]).every(({ key, values }) => values.includes(own(labels, key) ?? ""));
      return fits ? undefined : OTHER_ZONE;
    },
  };
}

function placesOf({ metadata: { labels = {} } }: PersistentVolume): Place[] {
  return KEYS.flatMap((key) => {
    const text = own(labels, key);
    return text === undefined ? [] : [{ key, values: text.split("__") }];
  });
}
