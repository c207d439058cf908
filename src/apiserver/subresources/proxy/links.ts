/** Attributes that hold addresses, by element. */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  a: ["href"],
  applet: ["codebase"],
  area: ["href"],
  audio: ["src"],
  base: ["href"],
  blockquote: ["cite"],
  body: ["background"],
  button: ["formaction"],
  command: ["icon"],
  del: ["cite"],
  embed: ["src"],
  form: ["action"],
  frame: ["longdesc", "src"],
  head: ["profile"],
  html: ["manifest"],
  iframe: ["longdesc", "src"],
  img: ["longdesc", "src", "usemap"],
  input: ["formaction", "src", "usemap"],
  ins: ["cite"],
  link: ["href"],
  object: ["classid", "codebase", "data", "usemap"],
  q: ["cite"],
  script: ["src"],
  source: ["src"],
  video: ["poster", "src"],
};
/** Longest tag that is looked at; a longer one passes as it is. */
const TAG_CHARS_MAX = 64 * 1024;
/** Elements whose content is text, whatever it looks like. */
const RAW = new Set(["script", "style", "textarea", "title"]);

/** Turns the addresses of HTML by `rewrite`, piece by piece: what isn't a link passes unchanged. */
export class LinkRewriter {
  readonly #rewrite: (link: string) => string;
  /** The beginning of a tag, a comment or the end of a text element that isn't complete yet. */
  #held = "";
  /** The element whose text we are in; its end tag ends that. */
  #rawIn: string | undefined;

  constructor(rewrite: (link: string) => string) {
    this.#rewrite = rewrite;
  }

  push(text: string): string {
    const all = this.#held + text;
    this.#held = "";
    let out = "";
    let at = 0;
    while (at < all.length) {
      const open = all.indexOf("<", at);
      if (open < 0) break;
      out += all.slice(at, open);
      at = open;
      const end = this.#endOf(all, open);
      if (end === undefined) {
        if (all.length - open <= TAG_CHARS_MAX) {
          this.#held = all.slice(open);
          return out;
        }
        break;
      }
      out += this.#piece(all.slice(open, end));
      at = end;
    }
    return out + all.slice(at);
  }

  /** What was held back at the end of the text. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Where the piece of markup that starts at `open` ends; undefined when more must come first. */
  #endOf(all: string, open: number): number | undefined {
    if (this.#rawIn !== undefined) {
      const closing = `</${this.#rawIn}`;
      if (all.length - open < closing.length)
        return closing.startsWith(all.slice(open).toLowerCase()) ? undefined : open + 1;
      if (all.slice(open, open + closing.length).toLowerCase() !== closing) return open + 1;
    }
    if (all.startsWith("<!--", open)) return after(all, "-->", open + 4);
    if ("<!--".startsWith(all.slice(open, open + 4))) return undefined;
    if (!/[a-zA-Z/!?]/.test(all[open + 1]!)) return open + 1;
    return tagEnd(all, open);
  }

  #piece(piece: string): string {
    const name = /^<(\/?[a-zA-Z][a-zA-Z0-9]*)/.exec(piece)?.[1]?.toLowerCase();
    if (name === undefined) return piece;
    if (this.#rawIn !== undefined) {
      if (name === `/${this.#rawIn}`) this.#rawIn = undefined;
      return piece;
    }
    if (RAW.has(name)) this.#rawIn = name;
    const links = Object.hasOwn(LINKS, name) ? LINKS[name]! : undefined;
    return links ? this.#tag(piece, links) : piece;
  }

  #tag(tag: string, links: readonly string[]): string {
    return tag.replace(
      /([\s"'/])([a-zA-Z]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>][^\s>]*)/g,
      (all, before: string, name: string, equals: string, value: string) => {
        if (!links.includes(name.toLowerCase())) return all;
        const quote = value.startsWith('"') || value.startsWith("'") ? value[0]! : "";
        const link = quote ? value.slice(1, -1) : value;
        return `${before}${name}${equals}${quote}${this.#rewrite(link)}${quote}`;
      },
    );
  }
}

function after(all: string, mark: string, from: number): number | undefined {
  const found = all.indexOf(mark, from);
  return found < 0 ? undefined : found + mark.length;
}

/** Where a tag ends: at the first ">" that is in no quotes. */
function tagEnd(all: string, open: number): number | undefined {
  let quote = "";
  for (let at = open + 1; at < all.length; at++) {
    const character = all[at]!;
    if (quote) {
      if (character === quote) quote = "";
    } else if (character === ">") return at + 1;
    else if ((character === '"' || character === "'") && /=\s*$/.test(all.slice(Math.max(open, at - 8), at)))
      quote = character;
  }
  return undefined;
}
