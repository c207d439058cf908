import { type FieldError, isUnprintable, type KubeObject } from "../../api/index.ts";
import { jsonEqual } from "../../base/index.ts";

type Json = Record<string, unknown>;

const NAME_BYTES_MAX = 128;
const SUBRESOURCE_BYTES_MAX = 256;
/** Of one unit of a text. */
const UTF8_BYTES_MAX = 3;
const PLAIN = /^[ -~]*$/;

/** What is wrong with the entries of metadata.managedFields, of those that can be read. */
export function validateManagers({ managedFields = [] }: KubeObject["metadata"]): FieldError[] {
  const errors: FieldError[] = [];
  const managers = managedFields as readonly { manager?: string; subresource?: string }[];
  managers.forEach(({ manager = "", subresource = "" }, index) => {
    if (isSoundName(manager) && subresource.length * UTF8_BYTES_MAX <= SUBRESOURCE_BYTES_MAX) return;
    const path = `metadata.managedFields[${index}]`;
    errors.push(...managerNameErrors(`${path}.manager`, manager));
    errors.push(...tooLong(`${path}.subresource`, subresource, SUBRESOURCE_BYTES_MAX));
  });
  return errors;
}

/** Most names are: each write looks at all of them more than once. */
const isSoundName = (name: string) => name.length <= NAME_BYTES_MAX && PLAIN.test(name);

/** What is wrong with the name of who manages fields. */
export function managerNameErrors(path: string, manager: string): FieldError[] {
  if (isSoundName(manager)) return [];
  return [...tooLong(path, manager, NAME_BYTES_MAX), ...unprintable(path, manager)];
}

function tooLong(path: string, text: string, bytesMax: number): FieldError[] {
  if (Buffer.byteLength(text) <= bytesMax) return [];
  return [{ path, type: "TooLong", detail: `may not be more than ${bytesMax} bytes` }];
}

/** Characters that nobody could read in a name. */
function unprintable(path: string, value: string): FieldError[] {
  if (PLAIN.test(value)) return [];
  return [...value].flatMap((character, index) => {
    if (!isUnprintable(character)) return [];
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return [{ path, type: "Invalid", value, detail: `invalid character U+${code} (at position ${index})` }];
  });
}

/** Takes over the times of managers from an object that is the same otherwise: a write that changes nothing else is none. */
export function keepTimes(object: Json, old: KubeObject): void {
  const { managedFields: now } = object.metadata as Managed;
  const { managedFields: before } = old.metadata as unknown as Managed;
  if (!now || !before || now === before || now.length !== before.length) return;
  if (now.every(({ time }, index) => time === before[index]!.time)) return;
  if (!now.every((entry, index) => jsonEqual({ ...entry, time: "" }, { ...before[index], time: "" }))) return;
  const isSame = jsonEqual(
    { ...object, metadata: { ...(object.metadata as Json), managedFields: undefined } },
    { ...old, metadata: { ...old.metadata, managedFields: undefined, resourceVersion: undefined } },
  );
  if (isSame) (object.metadata as Json).managedFields = before;
}

interface Managed {
  readonly managedFields?: readonly Json[];
}
