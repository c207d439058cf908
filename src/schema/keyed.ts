import type { Field, Node, StructNode } from "./dsl.ts";
import { lacksKeys } from "./apply/field-set.ts";
import { objectShape } from "./apply/managed-fields.ts";
import { keylessProblem } from "./typed.ts";

/** Whether the elements of all keyed lists of an object can be told apart. */
export function isKeyed(struct: StructNode, object: unknown): boolean {
  return !mayLackKeys(struct) || keylessProblem(objectShape(struct), object) === undefined;
}

const known = new WeakMap<StructNode, boolean>();

/** Whether a type has a list whose elements can be without their keys; few have, and only their objects are worth a look. */
function mayLackKeys(struct: StructNode): boolean {
  let found = known.get(struct);
  if (found === undefined) {
    // What holds itself adds nothing.
    known.set(struct, false);
    known.set(struct, (found = struct.fields.values().some(({ node, options }) => isKeyless(node, options))));
  }
  return found;
}

function isKeyless(node: Node, { list, keys = [] }: Field["options"]): boolean {
  switch (node.kind) {
    case "list":
      return (list === "map" && lacksKeys({ node, keys }, {})) || isKeyless(node.element, {});
    case "map":
      return isKeyless(node.value, {});
    case "struct":
      return mayLackKeys(node);
    case "scalar":
      return false;
    default:
      return node satisfies never;
  }
}
