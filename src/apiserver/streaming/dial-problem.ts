/** What the system says of a connection that couldn't be made, in the words that Kubernetes' clients know. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
};

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}

/** Why another end didn't answer. */
export function dialProblem(error: Error): string {
  const cause = (error.cause instanceof Error ? error.cause : error) as SystemError;
  const { code = "", address = "", port } = cause;
  if (code === "ECONNRESET") return "EOF";
  if (!Object.hasOwn(WORDS, code) || port === undefined) return cause.message;
  return `dial tcp ${address.includes(":") ? `[${address}]` : address}:${port}: ${WORDS[code]}`;
}
