import { Buffer } from "node:buffer";
import { PkiError } from "./errors.ts";

/** One PEM block. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** The PEM text of some DER, as Kubernetes and OpenSSL write it. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.map((line) => `${line}\n`).join("")}-----END ${label}-----\n`;
}

/** Every block of a PEM text, in order; text around blocks is ignored. */
export function decodePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g;
  for (let match = begin.exec(text); match; match = begin.exec(text)) {
    const label = match[1]!;
    const endMark = `-----END ${label}-----`;
    const end = text.indexOf(endMark, begin.lastIndex);
    if (end < 0) throw new PkiError("malformed", `read PEM: ${label} block has no end`);
    blocks.push({ label, bytes: decodeBody(text.slice(begin.lastIndex, end), label) });
    begin.lastIndex = end + endMark.length;
  }
  return blocks;
}

function decodeBody(body: string, label: string): Uint8Array {
  // Old encrypted keys carry header lines ("Proc-Type: …") before an empty line.
  const headless = body.includes(":") ? body.slice(body.search(/\r?\n\r?\n/) + 1) : body;
  const base64 = headless.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw new PkiError("malformed", `read PEM: ${label} block is not base64`);
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** The first block with one of these labels. */
export function findPem(text: string, ...labels: readonly string[]): PemBlock {
  const found = decodePem(text).find((block) => labels.includes(block.label));
  if (!found) throw new PkiError("malformed", `read PEM: found no ${labels.join(" or ")} block`);
  return found;
}
