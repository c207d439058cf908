import { getServers } from "node:dns";
import { isIPv6 } from "node:net";

const PORT = 53;

/** The server that names are asked of first. */
export function nameServer(): string {
  const [first = ""] = getServers();
  if (isIPv6(first)) return `[${first}]:${PORT}`;
  return /:\d+$/.test(first) ? first : `${first}:${PORT}`;
}
