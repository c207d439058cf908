import { type Field, type Fields, type ListNode, type MapNode, type Node, type StructNode, struct } from "./dsl.ts";

const made = new WeakMap<StructNode, Map<string, StructNode>>();

/**
 * The same struct in another version of its API group: its name says the other version, and so do the structs of the
 * group that its fields lead to. The same node for the same question, as types are told apart by identity.
 */
export function inVersion<F extends Fields>(node: StructNode<F>, version: string): StructNode<F> {
  const versions = made.get(node) ?? new Map<string, StructNode>();
  made.set(node, versions);
  const found = versions.get(version);
  if (found) return found as StructNode<F>;
  const group = groupOf(node);
  const fields = () =>
    Object.fromEntries([...node.fields].map(([name, field]) => [name, fieldIn(field, group, version)])) as unknown as F;
  const type = node.name.slice(node.name.lastIndexOf(".") + 1);
  const moved = struct(`${withoutVersion(group)}.${version}.${type}`, fields, node.options);
  versions.set(version, moved);
  return moved;
}

/** What stands before a type's own name: the group with its version. */
function groupOf({ name }: StructNode): string {
  return name.slice(0, name.lastIndexOf("."));
}

function withoutVersion(group: string): string {
  return group.slice(0, group.lastIndexOf("."));
}

function fieldIn(field: Field, group: string, version: string): Field {
  return { ...field, node: nodeIn(field.node, group, version) };
}

function nodeIn(node: Node, group: string, version: string): Node {
  switch (node.kind) {
    case "struct":
      return groupOf(node) === group ? inVersion(node as StructNode<Fields>, version) : node;
    case "list":
      return { ...node, element: nodeIn((node as ListNode).element, group, version) };
    case "map":
      return { ...node, value: nodeIn((node as MapNode).value, group, version) };
    default:
      return node;
  }
}
