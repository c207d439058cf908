import { groupVersion, type KindDefinition, type KubeObject } from "../../api/index.ts";
import { asStored, inVersion, isConverted, unversioned } from "./custom.ts";
import { ConvertedObject, type StoredObject } from "./stored.ts";

type Json = Record<string, unknown>;

/** Objects that are converted at a time. */
const CONVERSIONS_MAX = 16;

/** Stored objects as a version shows them, also where somebody else has to be asked what that is. */
export async function shownIn(kind: KindDefinition, stored: readonly StoredObject[]): Promise<readonly StoredObject[]> {
  if (!isConverted(kind)) return stored.map((one) => one.as(kind));
  const shown: StoredObject[] = [];
  // One in each call, as the original does, whose messages say so; the first one that fails is the one that is told of.
  for (let start = 0; start < stored.length; start += CONVERSIONS_MAX) {
    const some = await Promise.allSettled(
      stored.slice(start, start + CONVERSIONS_MAX).map((one) => converted(kind, one)),
    );
    for (const one of some) {
      if (one.status === "rejected") throw one.reason;
      shown.push(one.value);
    }
  }
  return shown;
}

async function converted(kind: KindDefinition, stored: StoredObject): Promise<StoredObject> {
  const { versions } = kind.custom!;
  const whole = asStored(versions, stored.parsed() as unknown as Json);
  const object = await inVersion(versions, unversioned(whole), groupVersion(kind));
  const { resourceVersion } = whole.metadata as Json;
  if (resourceVersion !== undefined) (object.metadata as Json).resourceVersion = resourceVersion;
  return new ConvertedObject(stored.entry, kind, () => object as unknown as KubeObject);
}
