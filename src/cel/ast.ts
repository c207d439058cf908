/** Where in the text an expression stands: an offset in code points. */
export interface Positioned {
  readonly at: number;
}

export type Literal =
  | { readonly type: "int" | "uint"; readonly value: bigint }
  | { readonly type: "double"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "bytes"; readonly value: Uint8Array }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "null"; readonly value: null };

export interface Entry {
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface FieldEntry {
  readonly name: string;
  readonly at: number;
  readonly value: Expr;
  readonly optional: boolean;
}

/** How often a body is run over what a range holds, and what becomes of it. */
export interface Comprehension {
  readonly kind: "comprehension";
  readonly range: Expr;
  /** One name takes elements or keys, two take index and element or key and value. */
  readonly names: readonly string[];
  readonly accumulator: string;
  readonly start: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type ExprNode =
  | { readonly kind: "literal"; readonly literal: Literal }
  | { readonly kind: "ident"; readonly name: string }
  | { readonly kind: "select"; readonly operand: Expr; readonly field: string; readonly test: boolean }
  | { readonly kind: "call"; readonly name: string; readonly target?: Expr; readonly args: readonly Expr[] }
  | { readonly kind: "list"; readonly elements: readonly Expr[]; readonly optional: ReadonlySet<number> }
  | { readonly kind: "map"; readonly entries: readonly Entry[] }
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly FieldEntry[] }
  | Comprehension;

export type Expr = ExprNode & Positioned;
