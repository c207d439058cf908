/** What a document is made of, before it is known what its scalars mean. */
export class YamlNode {
  readonly kind: "scalar" | "list" | "map" | "alias";
  /** Counted from nought. */
  readonly line: number;
  /** Of a scalar. */
  readonly text: string;
  /** In whole; empty when there is none. */
  readonly tag: string;
  /** Whether what a scalar means is to be seen from its text. */
  readonly isPlain: boolean;
  /** Of lists; of maps keys and values in turn. */
  readonly children: YamlNode[];
  /** What an alias stands for. */
  readonly target: YamlNode | undefined;

  constructor(
    kind: YamlNode["kind"],
    line: number,
    rest: Partial<Pick<YamlNode, "text" | "tag" | "isPlain" | "target">>,
  ) {
    this.kind = kind;
    this.line = line;
    this.text = rest.text ?? "";
    this.tag = rest.tag ?? "";
    this.isPlain = rest.isPlain ?? false;
    this.children = kind === "list" || kind === "map" ? [] : NONE;
    this.target = rest.target;
  }
}

const NONE: YamlNode[] = [];
