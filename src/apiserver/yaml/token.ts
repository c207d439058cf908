export type TokenKind =
  | "streamEnd"
  | "version"
  | "tagPrefix"
  | "documentStart"
  | "documentEnd"
  | "blockListStart"
  | "blockMapStart"
  | "blockEnd"
  | "flowListStart"
  | "flowListEnd"
  | "flowMapStart"
  | "flowMapEnd"
  | "blockEntry"
  | "flowEntry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "plain"
  | "quoted";

/** The smallest parts that YAML is made of. */
export interface Token {
  readonly kind: TokenKind;
  /** Counted from nought. */
  readonly line: number;
  /** Of a scalar its value, of an anchor or alias its name, of a tag or the prefix of tags its handle. */
  readonly text: string;
  /** Of a tag what follows its handle, of a prefix of tags what it stands for. */
  readonly suffix: string;
}
