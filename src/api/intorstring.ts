/** A count from a number or a percentage of `total`; undefined when the text is neither. */
export function scaledValue(value: number | string, total: number, rounding: "up" | "down"): number | undefined {
  if (typeof value === "number") return value;
  const match = /^(\d{1,9})%$/.exec(value);
  if (!match) return undefined;
  const exact = (Number(match[1]) * total) / 100;
  return rounding === "up" ? Math.ceil(exact) : Math.floor(exact);
}
