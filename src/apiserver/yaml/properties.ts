import { type Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isWordCharacter } from "./cursor.ts";
import type { Token } from "./token.ts";

const EXCLAMATION = 0x21;
const PERCENT = 0x25;
const LESS = 0x3c;
const GREATER = 0x3e;

/** What may follow a name without a space between. */
const AFTER_NAME = new Set([..."?:,]}%@`"].map((character) => character.charCodeAt(0)));

function takeWord(cursor: Cursor): string {
  const start = cursor.at;
  while (isWordCharacter(cursor.code())) cursor.at++;
  return cursor.text.slice(start, cursor.at);
}

/** `&name` or `*name`. */
export function takeName(cursor: Cursor, kind: "anchor" | "alias"): Token {
  const { line } = cursor;
  cursor.at++;
  const text = takeWord(cursor);
  cursor.mustReach(1);
  if (text === "" || !(isBlankOrEnd(cursor.code()) || AFTER_NAME.has(cursor.code())))
    cursor.fail("did not find expected alphabetic or numeric character");
  return { kind, line, text, suffix: "" };
}

/** `!`, `!suffix`, `!handle!suffix` or `!<whole>`. */
export function takeTag(cursor: Cursor): Token {
  const { line } = cursor;
  const { handle, suffix } = cursor.code(1) === LESS ? takeWholeTag(cursor) : takeShortTag(cursor);
  cursor.mustReach(1);
  if (!isBlankOrEnd(cursor.code())) cursor.fail("did not find expected whitespace or line break");
  return { kind: "tag", line, text: handle, suffix };
}

function takeWholeTag(cursor: Cursor): { handle: string; suffix: string } {
  cursor.at += 2;
  const suffix = takeUri(cursor, "");
  if (cursor.code() !== GREATER) cursor.fail("did not find the expected '>'");
  cursor.at++;
  return { handle: "", suffix };
}

function takeShortTag(cursor: Cursor): { handle: string; suffix: string } {
  const handle = takeHandle(cursor, "tag");
  if (handle.length > 1 && handle.endsWith("!")) return { handle, suffix: takeUri(cursor, "") };
  const suffix = takeUri(cursor, handle);
  // A mark alone is a tag by itself.
  return suffix === "" ? { handle: "", suffix: "!" } : { handle: "!", suffix };
}

function takeHandle(cursor: Cursor, of: "tag" | "directive"): string {
  if (cursor.code() !== EXCLAMATION) cursor.fail("did not find expected '!'");
  cursor.at++;
  const word = takeWord(cursor);
  if (cursor.code() === EXCLAMATION) {
    cursor.at++;
    return `!${word}!`;
  }
  if (of === "directive" && word !== "") cursor.fail("did not find expected '!'");
  return `!${word}`;
}

const URI = /[\w;/?:@&=+$,.!~*'()[\]-]+/y;

/** What follows a handle; `head` is what was taken for one and may be the beginning of it. */
function takeUri(cursor: Cursor, head: string): string {
  let text = head.slice(1);
  let isThere = head !== "";
  for (;;) {
    URI.lastIndex = cursor.at;
    if (URI.test(cursor.text)) {
      text += cursor.text.slice(cursor.at, URI.lastIndex);
      cursor.at = URI.lastIndex;
    } else if (cursor.code() === PERCENT) text += takeUriEscape(cursor);
    else break;
    isThere = true;
  }
  if (!isThere) cursor.fail("did not find expected tag URI");
  return text;
}

/** One character, each of its bytes as a percent sign and two digits. */
function takeUriEscape(cursor: Cursor): string {
  const bytes: number[] = [];
  let length = 1;
  while (bytes.length < length) {
    const digits = /^%([0-9a-fA-F]{2})/.exec(cursor.text.slice(cursor.at, cursor.at + 3))?.[1];
    if (digits === undefined) cursor.fail("did not find URI escaped octet");
    const byte = Number.parseInt(digits!, 16);
    if (bytes.length > 0 && byte >> 6 !== 2) cursor.fail("found an incorrect trailing UTF-8 octet");
    if (bytes.length === 0)
      length = byte < 0x80 ? 1 : byte >> 5 === 6 ? 2 : byte >> 4 === 14 ? 3 : byte >> 3 === 30 ? 4 : 0;
    if (length === 0) cursor.fail("found an incorrect leading UTF-8 octet");
    bytes.push(byte);
    cursor.at += 3;
  }
  return Buffer.from(bytes).toString("utf8");
}

/** `%YAML 1.1` or `%TAG !handle! prefix`, with the rest of its line. */
export function takeDirective(cursor: Cursor): Token {
  const { line } = cursor;
  cursor.at++;
  const name = takeWord(cursor);
  cursor.mustReach(1);
  if (name === "") cursor.fail("could not find expected directive name");
  if (!isBlankOrEnd(cursor.code())) cursor.fail("found unexpected non-alphabetical character");
  let token: Token;
  if (name === "YAML") token = { kind: "version", line, text: takeVersion(cursor), suffix: "" };
  else if (name === "TAG") token = { kind: "tagPrefix", line, ...takeTagPrefix(cursor) };
  else return cursor.fail("found unknown directive name");
  cursor.skipBlanks();
  cursor.skipComment();
  if (!isBreakOrEnd(cursor.code())) cursor.fail("did not find expected comment or line break");
  if (isBreak(cursor.code())) cursor.takeBreak();
  return token;
}

const VERSION_DIGITS_MAX = 9;

function takeVersion(cursor: Cursor): string {
  cursor.skipBlanks();
  const major = takeVersionNumber(cursor);
  if (cursor.text[cursor.at] !== ".") cursor.fail("did not find expected digit or '.' character");
  cursor.at++;
  return `${major}.${takeVersionNumber(cursor)}`;
}

function takeVersionNumber(cursor: Cursor): number {
  let digits = "";
  for (; cursor.code() >= 0x30 && cursor.code() <= 0x39; cursor.at++) {
    digits += cursor.text[cursor.at];
    if (digits.length > VERSION_DIGITS_MAX) cursor.fail("found extremely long version number");
  }
  if (digits === "") cursor.fail("did not find expected version number");
  return Number(digits);
}

function takeTagPrefix(cursor: Cursor): { text: string; suffix: string } {
  cursor.skipBlanks();
  const text = takeHandle(cursor, "directive");
  if (!isBlank(cursor.code())) cursor.fail("did not find expected whitespace");
  cursor.skipBlanks();
  const suffix = takeUri(cursor, "");
  if (!isBlankOrEnd(cursor.code())) cursor.fail("did not find expected whitespace or line break");
  return { text, suffix };
}
