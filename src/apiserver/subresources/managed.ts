import { groupVersion } from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import { managedAfterUpdate } from "../../schema/index.ts";
import type { RequestContext } from "../contracts.ts";
import type { BodyType } from "../http/foreign.ts";
import type { Json } from "../http/object.ts";
import { blankOf } from "../registry/resets.ts";
import { writeOptions } from "../verbs/write-options.ts";

/** The metadata of an object that isn't stored: who sent it manages all that it says. */
export function managedBySender(
  context: RequestContext,
  object: Json,
  { type, clock }: { readonly type: BodyType; readonly clock: Clock },
): Json {
  const { managedFields: _, ...metadata } = object.metadata as Json;
  const blank = blankOf(type);
  const entries = managedAfterUpdate({
    struct: type.struct,
    before: blank,
    after: { ...object, kind: type.kind, apiVersion: groupVersion(type), metadata },
    write: {
      manager: writeOptions(context).fieldManager,
      apiVersion: groupVersion(type),
      subresource: context.info.subresource,
      now: formatTime(clock.now()),
    },
    versions: () => ({ struct: type.struct }),
  });
  return { ...metadata, ...(entries.length > 0 && { managedFields: entries }) };
}
