const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** A short text that differs when the value does, for names: ten letters at most, none that could form a word. */
export function hashOf(value: unknown, collisions: number | undefined): string {
  const text = canonical(value) + (collisions === undefined ? "" : `#${collisions}`);
  return safeDigits(fnv1a(text));
}

/** FNV-1a, 32 bits, over UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Decimal digits in letters that are safe in names. */
function safeDigits(value: number): string {
  return Array.from(String(value), (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join("");
}

/** JSON with sorted keys, so that equal values give equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(",")}}`;
}
