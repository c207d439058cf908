import { canonicalQuantity, CLIENT_METADATA, groupVersion, type KindDefinition } from "../../api/index.ts";
import { decodeJson, type FieldSet, fieldsAt, type StructNode } from "../../schema/index.ts";

const sets = new WeakMap<KindDefinition, Map<string, FieldSet>>();

/** What a write to a subresource ("" for the object itself) doesn't set, whatever it says of it. */
export function resetFields(kind: KindDefinition, subresource: string): FieldSet {
  let ofKind = sets.get(kind);
  if (!ofKind) sets.set(kind, (ofKind = new Map()));
  let set = ofKind.get(subresource);
  if (!set) ofKind.set(subresource, (set = fieldsAt(resetPaths(kind, subresource))));
  return set;
}

function resetPaths({ rules, subresources }: KindDefinition, subresource: string): readonly string[] {
  const own = rules.resets?.[subresource];
  if (own) return own;
  if (subresource === "status") return ["spec", ...keptPaths(rules.statusKeeps ?? [])];
  return subresources.some(({ name }) => name === "status") ? ["status"] : [];
}

/** Where all metadata that a client sets stays as it is, the rest counts for nothing. */
function keptPaths(keeps: NonNullable<KindDefinition["rules"]["statusKeeps"]>): readonly string[] {
  if (keeps === "metadata" || keeps.length >= CLIENT_METADATA.length) return ["metadata"];
  return keeps.map((name) => `metadata.${name}`);
}

interface Type {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly struct: StructNode;
}

const blanks = new WeakMap<StructNode, Record<string, unknown>>();

/** An object of which nothing is said, with all that its type always has. */
export function blankOf(type: Type): Record<string, unknown> {
  let blank = blanks.get(type.struct);
  if (!blank) {
    const head = { kind: type.kind, apiVersion: groupVersion(type), metadata: {} };
    blank = decodeJson(type.struct, head, { quantity: canonicalQuantity }).value;
    blanks.set(type.struct, blank);
  }
  return blank;
}
