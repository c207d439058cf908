const KEY = Buffer.from('"nodeName":"');
const SPEC = Buffer.from('"spec":{');
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** An object's spec.nodeName, "" for none. */
export function nodeNameOf(object: unknown): string {
  const { spec } = object as { readonly spec?: { readonly nodeName?: unknown } };
  return typeof spec?.nodeName === "string" ? spec.nodeName : "";
}

/** The same in JSON. What it saves: parsing each change of a pod to learn whom to tell. */
export function nodeNameIn(json: Buffer): string {
  if (!isCompact(json)) return nodeNameOf(JSON.parse(json.toString("utf8")));
  return json.indexOf(KEY) < 0 ? "" : found(json);
}

/** Written without spaces, as everything but what somebody wrote into the store by hand: then a key is its bytes. */
function isCompact(json: Buffer): boolean {
  const colon = json.indexOf(COLON);
  return json[1] === QUOTE && json[colon - 1] === QUOTE && json[colon + 1] === QUOTE;
}

/** Goes through it key by key: a label or a deeper object may be called so too. */
function found(json: Buffer): string {
  let depth = 0;
  let isSpec = false;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (--depth === 1 && isSpec) return "";
        break;
      case QUOTE: {
        const end = endOfText(json, at);
        const isKey = json[end + 1] === COLON;
        if (isKey && depth === 1) isSpec = startsAt(json, at, SPEC);
        else if (isKey && depth === 2 && isSpec && startsAt(json, at, KEY)) return textAt(json, at + KEY.length - 1);
        at = end;
      }
    }
  }
  return "";
}

/** Where the quote is that ends the text which another one begins. */
function endOfText(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}

function startsAt(json: Buffer, start: number, wanted: Buffer): boolean {
  return json.compare(wanted, 0, wanted.length, start, start + wanted.length) === 0;
}

function textAt(json: Buffer, start: number): string {
  return JSON.parse(json.toString("utf8", start, endOfText(json, start) + 1));
}
