import type { StreamEnd } from "./types.ts";

/** What the error stream says at the end: a Status from v4 on, plain text before. */
export function describeEnd(end: StreamEnd, protocol: string): string {
  const structured = protocol === "v4.channel.k8s.io" || protocol === "v5.channel.k8s.io";
  if (end.type === "exited" && end.exitCode === 0)
    return structured ? JSON.stringify({ metadata: {}, status: "Success" }) : "";
  if (end.type === "failed")
    return structured
      ? JSON.stringify({ metadata: {}, status: "Failure", message: end.message, reason: "InternalError", code: 500 })
      : end.message;
  const message = `command terminated with non-zero exit code: exit status ${end.exitCode}`;
  if (!structured) return message;
  return JSON.stringify({
    metadata: {},
    status: "Failure",
    message,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(end.exitCode) }] },
  });
}

/** The opposite: how a process ended, from what an error stream said. */
export function parseEnd(text: string): StreamEnd {
  if (text === "") return { type: "exited", exitCode: 0 };
  try {
    const status = JSON.parse(text) as {
      status?: string;
      reason?: string;
      message?: string;
      details?: { causes?: readonly { reason?: string; message?: string }[] };
    };
    if (status.status === "Success") return { type: "exited", exitCode: 0 };
    const cause = status.details?.causes?.find((each) => each.reason === "ExitCode");
    if (status.reason === "NonZeroExitCode" && cause) return { type: "exited", exitCode: Number(cause.message) };
    return { type: "failed", message: status.message ?? text };
  } catch {
    return { type: "failed", message: text };
  }
}
