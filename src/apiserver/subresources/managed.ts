import { groupVersion } from "../../api/index.ts";
import { canonicalQuantity } from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import { decodeJson, managedAfterUpdate } from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import type { BodyType, Json } from "../http/object.ts";
import { writeOptions } from "../write-options.ts";

/** metadata.managedFields of an object that isn't stored: who sent it manages all that it says. */
export function managedBySender(
  context: RequestContext,
  object: Json,
  { type, clock }: { readonly type: BodyType; readonly clock: Clock },
): unknown {
  const head = { kind: type.kind, apiVersion: groupVersion(type), metadata: {} };
  const blank = decodeJson(type.struct, head, { quantity: canonicalQuantity }).value;
  const entries = managedAfterUpdate({
    struct: type.struct,
    before: blank,
    after: { ...object, ...head },
    write: {
      manager: writeOptions(context).fieldManager,
      apiVersion: groupVersion(type),
      subresource: context.info.subresource,
      now: formatTime(clock.now()),
    },
    versions: () => ({ struct: type.struct }),
  });
  return entries.length > 0 ? entries : undefined;
}
