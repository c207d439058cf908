import { YamlNode } from "./node.ts";
import { problemOfToken, YamlError } from "./problem.ts";
import { Scanner } from "./scanner.ts";
import type { Source } from "./source.ts";
import type { Token, TokenKind } from "./token.ts";

/** A list or map that has not ended yet. */
interface Open {
  readonly node: YamlNode;
  readonly form: "blockList" | "bareList" | "blockMap" | "flowList" | "flowMap" | "pair";
  /** Of a map: the key is there. */
  wantsValue: boolean;
  /** Of what is in brackets: something is there already, or the key that is there can have no value. */
  hasBegun: boolean;
  isKeyAlone: boolean;
}

interface NodePlace {
  /** Whether blocks may begin there. */
  readonly block?: boolean;
  /** Whether a list may begin that isn't indented further. */
  readonly bareList?: boolean;
}

const IN_BLOCK: NodePlace = { block: true };
const IN_BLOCK_MAP: NodePlace = { block: true, bareList: true };
const IN_FLOW: NodePlace = {};

const FLOW_VALUE_ENDS: readonly TokenKind[] = ["flowEntry", "flowMapEnd"];
const FLOW_KEY_ENDS: readonly TokenKind[] = ["value", "flowEntry", "flowMapEnd"];
const PAIR_VALUE_ENDS: readonly TokenKind[] = ["flowEntry", "flowListEnd"];
const PAIR_KEY_ENDS: readonly TokenKind[] = ["value", "flowEntry", "flowListEnd"];
const BLOCK_MAP_ENDS: readonly TokenKind[] = ["key", "value", "blockEnd"];
const BLOCK_LIST_ENDS: readonly TokenKind[] = ["blockEntry", "blockEnd"];
const BARE_LIST_ENDS: readonly TokenKind[] = ["blockEntry", "key", "value", "blockEnd"];
const DOCUMENT_BEGINS: readonly TokenKind[] = ["version", "tagPrefix", "documentStart", "streamEnd"];
const DOCUMENT_ENDS: readonly TokenKind[] = [...DOCUMENT_BEGINS, "documentEnd"];

const SECONDARY = ["!!", "tag:yaml.org,2002:"] as const;

/** Makes nodes of the first document of a text. What is open lies in a list: depth is no matter of this thread's stack. */
export class Parser {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #prefixes = new Map<string, string>();
  readonly #open: Open[] = [];
  readonly #document: YamlNode;

  constructor(source: Source) {
    this.#scanner = new Scanner(source);
    this.#document = new YamlNode("list", 0, {});
  }

  /** Once all has been read; undefined when there is no document. */
  get root(): YamlNode | undefined {
    return this.#document.children[0];
  }

  /** Reads on, so many parts at most; says whether all has been read. */
  read(partsMax: number): boolean {
    let left = partsMax;
    if (this.root === undefined) {
      if (!this.#begin()) return true;
      left--;
    }
    for (; left > 0; left--) {
      const open = this.#open.at(-1);
      if (!open) {
        // A mark behind the document belongs to it, and must be readable.
        this.#scanner.peek();
        return true;
      }
      this.#step(open);
    }
    return false;
  }

  /** Reads what stands before the document and its outermost node, or as much of that as is no part of it. */
  #begin(): boolean {
    let token = this.#scanner.peek();
    const parent = this.#document;
    if (!DOCUMENT_BEGINS.includes(token.kind)) {
      this.#useSecondary();
      this.#node(parent, IN_BLOCK);
      return true;
    }
    if (token.kind === "streamEnd") return false;
    this.#directives();
    token = this.#scanner.peek();
    if (token.kind !== "documentStart") throw unexpected(token, "<document start>");
    this.#scanner.skip();
    this.#nodeUnless(parent, { ends: DOCUMENT_ENDS, line: token.line, place: IN_BLOCK });
    return true;
  }

  #directives(): void {
    let hasVersion = false;
    for (let token = this.#scanner.peek(); ; this.#scanner.skip(), token = this.#scanner.peek()) {
      if (token.kind === "version") {
        if (hasVersion) throw problemOfToken(token.line, "found duplicate %YAML directive");
        if (token.text !== "1.1") throw problemOfToken(token.line, "found incompatible YAML document");
        hasVersion = true;
      } else if (token.kind === "tagPrefix") {
        if (this.#prefixes.has(token.text)) throw problemOfToken(token.line, "found duplicate %TAG directive");
        this.#prefixes.set(token.text, token.suffix);
      } else break;
    }
    this.#useSecondary();
  }

  #useSecondary(): void {
    for (const [handle, prefix] of [["!", "!"] as const, SECONDARY])
      if (!this.#prefixes.has(handle)) this.#prefixes.set(handle, prefix);
  }

  #step(open: Open): void {
    switch (open.form) {
      case "blockList":
        return this.#inBlockList(open);
      case "bareList":
        return this.#inBareList(open);
      case "blockMap":
        return this.#inBlockMap(open);
      case "flowList":
        return this.#inFlowList(open);
      case "flowMap":
        return this.#inFlowMap(open);
      case "pair":
        return this.#inPair(open);
      default:
        return open.form satisfies never;
    }
  }

  #close(): void {
    this.#open.pop();
  }

  #inBlockList(open: Open): void {
    const token = this.#scanner.peek();
    if (token.kind === "blockEntry") this.#entry(open, { at: token, ends: BLOCK_LIST_ENDS });
    else if (token.kind === "blockEnd") {
      this.#scanner.skip();
      this.#close();
    } else throw unexpected(token, "'-' indicator");
  }

  /** A list that is no further indented than the map that it is in. */
  #inBareList(open: Open): void {
    const token = this.#scanner.peek();
    if (token.kind === "blockEntry") this.#entry(open, { at: token, ends: BARE_LIST_ENDS });
    else this.#close();
  }

  #entry({ node }: Open, { at, ends }: { readonly at: Token; readonly ends: readonly TokenKind[] }): void {
    this.#scanner.skip();
    this.#nodeUnless(node, { ends, line: at.line, place: IN_BLOCK });
  }

  #inBlockMap(open: Open): void {
    const token = this.#scanner.peek();
    const { node, wantsValue } = open;
    const isThere = token.kind === (wantsValue ? "value" : "key");
    const inner = { ends: BLOCK_MAP_ENDS, line: token.line, place: IN_BLOCK_MAP };
    if (isThere) {
      open.wantsValue = !wantsValue;
      this.#scanner.skip();
      this.#nodeUnless(node, inner);
    } else if (wantsValue) {
      open.wantsValue = false;
      this.#empty(node, token.line);
    } else if (token.kind === "blockEnd") {
      this.#scanner.skip();
      this.#close();
    } else throw unexpected(token, "key");
  }

  #inFlowList(open: Open): void {
    const token = this.#nextInFlow(open, "flowListEnd");
    if (!token) return;
    if (token.kind !== "key") return this.#node(open.node, IN_FLOW);
    this.#scanner.skip();
    this.#openNode(open.node, new YamlNode("map", token.line, {}), "pair");
  }

  #inFlowMap(open: Open): void {
    if (open.wantsValue) return this.#flowValue(open, FLOW_VALUE_ENDS);
    const token = this.#nextInFlow(open, "flowMapEnd");
    if (!token) return;
    open.wantsValue = true;
    open.isKeyAlone = token.kind !== "key";
    if (open.isKeyAlone) return this.#node(open.node, IN_FLOW);
    this.#scanner.skip();
    const { line } = this.#scanner.peek();
    this.#nodeUnless(open.node, { ends: FLOW_KEY_ENDS, line, place: IN_FLOW });
  }

  /** The first token of the next part of what is in brackets; undefined when that has ended. */
  #nextInFlow(open: Open, end: TokenKind): Token | undefined {
    let token = this.#scanner.peek();
    if (token.kind !== end && open.hasBegun) {
      if (token.kind !== "flowEntry") throw unexpected(token, end === "flowListEnd" ? "',' or ']'" : "',' or '}'");
      this.#scanner.skip();
      token = this.#scanner.peek();
    }
    open.hasBegun = true;
    if (token.kind !== end) return token;
    this.#scanner.skip();
    this.#close();
    return undefined;
  }

  #flowValue(open: Open, ends: readonly TokenKind[]): void {
    open.wantsValue = false;
    const token = this.#scanner.peek();
    if (open.isKeyAlone || token.kind !== "value") return this.#empty(open.node, token.line);
    this.#scanner.skip();
    const { line } = this.#scanner.peek();
    this.#nodeUnless(open.node, { ends, line, place: IN_FLOW });
  }

  /** A map of one pair that stands in a list without brackets of its own. */
  #inPair(open: Open): void {
    if (open.wantsValue) return this.#flowValue(open, PAIR_VALUE_ENDS);
    if (open.hasBegun) return this.#close();
    open.hasBegun = true;
    open.wantsValue = true;
    const token = this.#scanner.peek();
    if (!PAIR_KEY_ENDS.includes(token.kind)) return this.#node(open.node, IN_FLOW);
    // A colon without a key before it is taken for the key's end and for nothing else.
    this.#scanner.skip();
    this.#empty(open.node, token.line);
  }

  #nodeUnless(parent: YamlNode, options: { ends: readonly TokenKind[]; line: number; place: NodePlace }): void {
    if (options.ends.includes(this.#scanner.peek().kind)) this.#empty(parent, options.line);
    else this.#node(parent, options.place);
  }

  #empty(parent: YamlNode, line: number): void {
    parent.children.push(new YamlNode("scalar", line, { isPlain: true }));
  }

  #node(parent: YamlNode, place: NodePlace): void {
    const first = this.#scanner.peek();
    if (first.kind === "alias") return this.#alias(parent, first);
    const { anchor, tag } = this.#properties(first);
    const token = this.#scanner.peek();
    const { line } = first;
    const put = (node: YamlNode, form?: Open["form"]): void => {
      if (anchor !== undefined) this.#anchors.set(anchor, node);
      if (form) this.#openNode(parent, node, form);
      else parent.children.push(node);
    };
    const form = formAt(token.kind, place);
    if (form) {
      // The first entry of a bare list is what tells of it.
      if (form !== "bareList") this.#scanner.skip();
      return put(new YamlNode(/Map$/.test(form) ? "map" : "list", line, { tag: tag ?? "" }), form);
    }
    if (token.kind === "plain" || token.kind === "quoted") {
      this.#scanner.skip();
      const isPlain = token.kind === "plain" && tag === undefined;
      return put(new YamlNode("scalar", line, { text: token.text, tag: tag ?? "", isPlain }));
    }
    if (anchor === undefined && tag === undefined) throw unexpected(token, "node content");
    put(new YamlNode("scalar", line, { tag: tag ?? "", isPlain: tag === undefined }));
  }

  #alias(parent: YamlNode, { line, text }: Token): void {
    const target = this.#anchors.get(text);
    if (!target) throw new YamlError(`yaml: unknown anchor '${text}' referenced`);
    this.#scanner.skip();
    parent.children.push(new YamlNode("alias", line, { text, target }));
  }

  /** An anchor and a tag, at most one of each. */
  #properties(first: Token): { anchor?: string; tag?: string } {
    let anchor: string | undefined;
    let tag: Token | undefined;
    for (let token = first; ; token = this.#scanner.peek()) {
      if (token.kind === "anchor" && anchor === undefined) anchor = token.text;
      else if (token.kind === "tag" && tag === undefined) tag = token;
      else break;
      this.#scanner.skip();
    }
    return { ...(anchor !== undefined && { anchor }), ...(tag && { tag: this.#wholeTag(tag) }) };
  }

  #wholeTag({ text, suffix, line }: Token): string {
    if (text === "") return suffix;
    const prefix = this.#prefixes.get(text);
    if (prefix === undefined) throw problemOfToken(line, "found undefined tag handle");
    return prefix + suffix;
  }

  #openNode(parent: YamlNode, node: YamlNode, form: Open["form"]): void {
    parent.children.push(node);
    this.#open.push({ node, form, wantsValue: false, hasBegun: false, isKeyAlone: false });
  }
}

function unexpected({ line }: Token, wanted: string): YamlError {
  return problemOfToken(line, `did not find expected ${wanted}`);
}

function formAt(kind: TokenKind, { block, bareList }: NodePlace): Open["form"] | undefined {
  switch (kind) {
    case "flowListStart":
      return "flowList";
    case "flowMapStart":
      return "flowMap";
    case "blockEntry":
      return bareList ? "bareList" : undefined;
    case "blockListStart":
      return block ? "blockList" : undefined;
    case "blockMapStart":
      return block ? "blockMap" : undefined;
    default:
      return undefined;
  }
}
