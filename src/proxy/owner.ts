const BYTES_MAX = 120;

/** How rules say whose they are: the name, as far as the kernel takes it as a remark. */
export function ownerRemark(owner: string): string {
  const clean = owner.replace(/["\\\s\p{C}]/gu, "?");
  const bytes = Buffer.from(clean);
  if (bytes.length <= BYTES_MAX) return clean;
  return `${bytes
    .subarray(0, BYTES_MAX)
    .toString("utf8")
    .replace(/\uFFFD$/, "")}…`;
}
