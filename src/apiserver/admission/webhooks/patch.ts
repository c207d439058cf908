import { behaviorOf, canonicalQuantity, internal, type KindDefinition, QuantityError } from "../../../api/index.ts";
import {
  applyDefaults,
  copyJson,
  DecodeError,
  decodeJson,
  goJson,
  isObject,
  JsonError,
  parseJson,
  withSortedKeys,
} from "../../../schema/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { applyJsonPatch, JsonPatchError } from "../../verbs/json-patch.ts";
import { CallError } from "./caller.ts";
import type { ReviewAnswer } from "./review.ts";

type Json = Record<string, unknown>;

/** The operations of a webhook's patch; none where it has none. 500 when it can't be read. */
export function operationsIn({ patch }: ReviewAnswer): readonly unknown[] {
  if (patch === undefined) return [];
  return failingAsOurs(() => {
    const operations = parseJson(Buffer.from(patch, "base64").toString()).value;
    if (operations === null) return [];
    if (!Array.isArray(operations)) throw new JsonPatchError("the patch is no list of operations");
    return operations;
  });
}

/** What a webhook's patch makes of the object that it was shown, of its kind and with its defaults; 500 when it doesn't. */
export function patched(
  request: AdmissionRequest,
  operations: readonly unknown[],
  { answer, name }: { readonly answer: ReviewAnswer; readonly name: string },
): Json {
  const { object } = request;
  if (!object)
    throw internal(
      `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`,
    );
  if (answer.patchType !== "JSONPatch")
    throw new CallError(`unsupported patch type ${JSON.stringify(answer.patchType)}`);
  return failingAsOurs(() => {
    const made = applyJsonPatch(copyJson(object), operations);
    if (!isObject(made)) throw new JsonPatchError("the patch leaves no object");
    return ofItsKind(request, made);
  });
}

function ofItsKind({ kind, objectKind }: AdmissionRequest, made: Json): Json {
  if (objectKind) return made;
  if (kind.custom) return ofCustomKind(kind, made);
  const object = decodeJson(kind.struct, made, { quantity: canonicalQuantity }).value;
  applyDefaults(kind.struct, object);
  behaviorOf(kind).setDefaults?.(object as never);
  return object;
}

/** Whatever it calls itself, as long as it does; what isn't of the kind any more gets no defaults. */
function ofCustomKind(kind: KindDefinition, made: Json): Json {
  if (!made.kind) throw new JsonPatchError(`Object 'Kind' is missing in '${goJson(withSortedKeys(made))}'`);
  const { structOf } = kind.custom!.versions;
  const struct = made.kind === kind.kind ? structOf(String(made.apiVersion)) : undefined;
  if (struct) applyDefaults(struct, made);
  return made;
}

/** A patch that doesn't work is a fault of the server's, who has let the webhook in. */
function failingAsOurs<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isTheirs =
      error instanceof JsonPatchError ||
      error instanceof JsonError ||
      error instanceof DecodeError ||
      error instanceof QuantityError;
    throw isTheirs ? internal(error.message, { cause: error }) : error;
  }
}
