/**
 * What users read of types and fields in `kubectl explain`, one line of our own each. The lines stand in `x.docs.ts` beside
 * the `x.ts` that declares the types, and not in the declarations: a volume's or a container's fields would drown in them,
 * and every process would pay for some 230 KB of text that only the OpenAPI documents show. So nothing but `docs.ts` imports
 * these files, and nothing imports that one until a document is made.
 */
import type { StructNode } from "../schema/index.ts";
import type { KindDefinition } from "./kind.ts";

/** What is said of one type; both texts are one line, with a capital first and a period last. */
export interface StructDoc {
  /** OpenAPI name of the type. */
  readonly name: string;
  readonly text: string;
  /** By JSON name; the fields of inline structs are the inline struct's. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Of what `typeMeta()` declares. */
export const TYPE_META = {
  kind: "The kind of the object, in CamelCase.",
  apiVersion: "Group and version of the schema that the object is written in, such as apps/v1; v1 for the core group.",
} as const;

/** What conditions have in common. */
export const CONDITION = {
  type: "Which aspect of the state it is.",
  status: "True, False or Unknown.",
  lastTransitionTime: "When status last changed.",
  reason: "Why status is what it is, in one CamelCase word for programs.",
  message: "Why status is what it is, for people.",
} as const;

type InlineKeys<F> = { [K in keyof F]: F[K] extends { options: { inline: true } } ? K : never }[keyof F];

/** Says what a struct and each of its fields is. */
export function doc<F>(
  { name }: StructNode<F>,
  text: string,
  fields: Readonly<Record<Exclude<keyof F, InlineKeys<F>>, string>>,
): StructDoc {
  return { name, text, fields };
}

/** What is said of an object's own fields beside its kind's. */
export const OBJECT_META = {
  ...TYPE_META,
  metadata: "Name, namespace, labels and what else all objects have.",
} as const;

/** What is said of a list of objects of some kind, given that kind's name. */
export function listDoc(kind: string): Omit<StructDoc, "name"> {
  const metadata = "The version of the list, and how to go on when it is only a part.";
  return {
    text: `A list of ${kind} objects.`,
    fields: { ...TYPE_META, metadata, items: `The ${kind} objects of this answer.` },
  };
}

/** Says what a kind and each field of its own is: what all kinds have, and the list of it, explain themselves. */
export function kindDocs<T>(
  { struct, list, kind }: KindDefinition<T>,
  text: string,
  fields: Readonly<Record<Exclude<keyof T, "kind" | "apiVersion" | "metadata">, string>>,
): readonly StructDoc[] {
  return [
    { name: struct.name, text, fields: { ...OBJECT_META, ...fields } },
    { name: list.name, ...listDoc(kind) },
  ];
}
