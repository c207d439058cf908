import { queryOf, answerOf } from "../../client/index.ts";
import { connectUpgrade, type UpgradedConnection, type UpgradedStream } from "../../net/index.ts";
import { type ConnectionArguments, openSession, type Session } from "./connection.ts";
import { podOf } from "./pods.ts";

export interface ExecArguments extends ConnectionArguments {
  readonly container?: string;
  readonly stdin?: boolean;
  readonly tty?: boolean;
}

const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** `navarch exec`: a command in a container, with this terminal if wanted; its exit code is ours. */
export async function execCommand(word: string, command: readonly string[], options: ExecArguments): Promise<number> {
  if (command.length === 0) throw new Error("exec: wanted a command behind --");
  await using session = openSession(options);
  const pod = await podOf(session, word);
  const tty = (options.tty ?? false) && process.stdin.isTTY === true;
  if (options.tty && !tty) process.stderr.write("Unable to use a TTY - input is not a terminal\n");
  const connection = await connect(session, pod, command, { ...options, tty });
  const restore = tty ? takeTerminal(connection) : () => {};
  try {
    if (options.stdin) void copyInput(connection.channel(CHANNEL.stdin));
    const [code] = await Promise.all([
      exitCode(connection.channel(CHANNEL.error)),
      copyOutput(connection.channel(CHANNEL.stdout), process.stdout),
      ...(tty ? [] : [copyOutput(connection.channel(CHANNEL.stderr), process.stderr)]),
    ]);
    return code;
  } finally {
    restore();
    process.stdin.destroy();
    connection.close();
  }
}

async function connect(
  { client, namespace }: Session,
  pod: string,
  command: readonly string[],
  { container, stdin, tty }: ExecArguments,
): Promise<UpgradedConnection> {
  const flags = queryOf({ container, stdin, stdout: true, stderr: !tty, tty });
  const query = [flags, ...command.map((part) => `command=${encodeURIComponent(part)}`)].join("&");
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  const upgrade = { protocol: "websocket", subprotocols: PROTOCOLS };
  const answer = await connectUpgrade((request) => client.raw({ path, query, upgrade, signal: request.signal }), {
    method: "GET",
    path,
    query,
    headers: {},
    body: { type: "none" },
    peer: { address: "" },
    signal: NEVER,
    upgrade,
  });
  if ("connection" in answer) return answer.connection;
  await answerOf(answer.refused);
  throw new Error(`exec: the server answered ${answer.refused.status} instead of switching protocols`);
}

const NEVER = new AbortController().signal;

async function copyInput(to: UpgradedStream): Promise<void> {
  try {
    for await (const chunk of process.stdin) await to.write(chunk as Uint8Array);
    await to.end();
  } catch {
    // The other end is gone; its exit says the rest.
  }
}

async function copyOutput(from: UpgradedStream, to: NodeJS.WriteStream): Promise<void> {
  for await (const chunk of from.incoming)
    if (!to.write(chunk)) await new Promise((resolve) => to.once("drain", resolve));
}

interface ExitStatus {
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** How the command ended, which the error channel says at the end. */
async function exitCode(error: UpgradedStream): Promise<number> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of error.incoming) {
    text += decoder.decode(chunk, { stream: true });
    const status = parseStatus(text);
    if (status) return codeOf(status);
  }
  throw new Error(`exec: the connection ended before the command${text && `: ${text}`}`);
}

function parseStatus(text: string): ExitStatus | undefined {
  try {
    return JSON.parse(text) as ExitStatus;
  } catch {
    return undefined;
  }
}

function codeOf(status: ExitStatus): number {
  if (status.status === "Success") return 0;
  const exit = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  if (status.reason !== "NonZeroExitCode" || exit === undefined)
    throw new Error(`exec: ${status.message ?? "it failed"}`);
  process.stderr.write(`command terminated with exit code ${exit}\n`);
  return Number(exit);
}

/** Hands every key to the other end and tells it how large the terminal is; undone by the function it returns. */
function takeTerminal(connection: UpgradedConnection): () => void {
  const sizes = connection.channel(CHANNEL.resize);
  const tell = () => {
    const { columns: Width, rows: Height } = process.stdout;
    if (Width && Height) void sizes.write(new TextEncoder().encode(JSON.stringify({ Width, Height }))).catch(() => {});
  };
  process.stdin.setRawMode(true);
  process.stdout.on("resize", tell);
  tell();
  return () => {
    process.stdin.setRawMode(false);
    process.stdout.off("resize", tell);
  };
}
