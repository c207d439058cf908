import { own } from "../../../base/index.ts";
import { dnsLabelProblems, dnsSubdomainProblems } from "../../validation/names.ts";
import { parseIp } from "../../validation/ip.ts";
import { durationNanos } from "./duration.ts";

type Check = (text: string) => boolean;

const matches =
  (pattern: RegExp): Check =>
  (text) =>
    pattern.test(text);

const EMAIL_ADDRESS = /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+$/;
/** A name of one part, which may have a dash behind its first character only, or parts that end in letters. */
const HOST_NAME =
  /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const COLOR = "\\s*(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\s*";

const isShortLabel = (label: string) => Buffer.byteLength(label) <= 63;

/** Formats of strings that values are checked against, by name without dashes; any other means nothing. */
const FORMATS: Readonly<Record<string, Check>> = {
  bsonobjectid: matches(/^[0-9a-fA-F]{24}$/),
  uri: isRequestUri,
  email: isMailAddress,
  hostname: (text) => HOST_NAME.test(text) && Buffer.byteLength(text) <= 255 && text.split(".").every(isShortLabel),
  ipv4: (text) => parseSloppyIp(text) === 4,
  ipv6: (text) => parseSloppyIp(text) === 6,
  cidr: isCidr,
  mac: matches(/^([0-9a-f]{2}([:-])([0-9a-f]{2}\2){4,18}[0-9a-f]{2}|([0-9a-f]{4}\.){2,9}[0-9a-f]{4})$/i),
  uuid: matches(UUID),
  uuid3: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid4: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
  uuid5: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matches(new RegExp(`^rgb\\(${COLOR},${COLOR},${COLOR}\\)$`)),
  byte: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  password: () => true,
  date: isDate,
  duration: (text) => durationNanos(text) !== undefined,
  datetime: isDateTime,
  k8sshortname: (text) => dnsLabelProblems(text).length === 0,
  k8slongname: (text) => dnsSubdomainProblems(text).length === 0,
};

/** Whether values are checked against a format. */
export function isKnownFormat(format: string): boolean {
  return Object.hasOwn(FORMATS, plain(format));
}

const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ["int32", "int64"],
  number: ["float", "double"],
};

/** Whether a format is one that values of a type can have. */
export function isFormatOf(type: string | undefined, format: string): boolean {
  if (!type || type === "string") return isKnownFormat(format);
  return own(NUMBER_FORMATS, type)?.includes(format) ?? false;
}

/** Whether a text has a format; every text has one that isn't known. */
export function hasFormat(format: string, text: string): boolean {
  const name = plain(format);
  return !Object.hasOwn(FORMATS, name) || FORMATS[name]!(text);
}

function plain(format: string): string {
  return format.replaceAll("-", "");
}

/** An absolute URI or an absolute path. */
function isRequestUri(text: string): boolean {
  if (text === "" || /[\s\u0000-\u001f\u007f]/.test(text)) return false;
  const scheme = /^([^:/?#]*):/.exec(text);
  if (scheme) return /^[a-zA-Z][a-zA-Z0-9+.-]*$/.test(scheme[1]!);
  return text.startsWith("/");
}

function isMailAddress(text: string): boolean {
  const angled = /^[^<>]*<([^<>]+)>\s*$/.exec(text);
  return EMAIL_ADDRESS.test(angled ? angled[1]! : text.trim());
}

/** 4 or 6; leading zeros are read as decimal, as older clients expect. */
function parseSloppyIp(text: string): 4 | 6 | undefined {
  const octets = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (octets) return octets.slice(1).every((one) => one.length <= 10 && Number(one) <= 255) ? 4 : undefined;
  return text.includes(":") && parseIp(text) ? 6 : undefined;
}

function isCidr(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = parseSloppyIp(address);
  if (!family || prefix === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  return Number(prefix) <= (family === 4 ? 32 : 128);
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, "");
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, index) => total + (index + 1) * (digit === "X" ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, "");
  if (!/^\d{13}$/.test(digits)) return false;
  return [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

const CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|(222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11}|6[27]\d{14})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/\D+/g, "");
  if (!CARD.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
}

function isDateTime(text: string): boolean {
  const [date = "", time] = text.split(/t/i);
  if (!isDate(date) || time === undefined) return false;
  const parts = /^(\d\d):(\d\d):(\d\d)(\.\d+)?(z|[+-]\d\d:?\d\d)?$/i.exec(time);
  return parts !== null && Number(parts[1]) <= 23 && Number(parts[2]) <= 59 && Number(parts[3]) <= 59;
}
