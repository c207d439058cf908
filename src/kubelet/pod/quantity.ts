import { quantityToMilli, quantityToNumber } from "../../api/index.ts";

/** The value of a quantity the API server has accepted; 0 for none. */
export function quantityValue(text: string | undefined): number {
  return text === undefined ? 0 : quantityToNumber(text);
}

/** The value in thousandths, rounded up, as CPU is counted. */
export function milliValue(text: string | undefined): number {
  return text === undefined ? 0 : quantityToMilli(text);
}

/** A whole number of bytes in the form Kubernetes writes it: Ki where it is exact. */
export function formatKibibytes(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024}Ki` : String(bytes);
}

/** A number of cores in the form Kubernetes writes it. */
export function formatMilliCpu(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}
