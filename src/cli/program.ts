import { addObjectCommands } from "./objects/commands.ts";
import { addClusterCommands } from "./cluster-commands.ts";
import { addStoreCommands } from "./snapshot-commands.ts";

/** Commands whose flags are upstream's, read by tables of their own. */
const OWN_FLAGS = {
  apiserver: "run an API server",
  scheduler: "run a scheduler",
  "controller-manager": "run the controllers",
  "cloud-controller-manager": "run the loops between a cluster and its cloud",
  kubelet: "run a node's kubelet",
  proxy: "run a node's service proxy",
  dns: "run cluster DNS",
  etcd: "serve the store as an etcd",
} as const;
type OwnFlags = keyof typeof OWN_FLAGS;

/** Runs the command line; the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const [first = ""] = args;
  if (Object.hasOwn(OWN_FLAGS, first)) return reporting(() => withOwnFlags(first as OwnFlags, args.slice(1)));
  // --COMPONENT.FLAG=VALUE can't be declared: any component's flags may stand there.
  const componentFlags = args.filter((word) => /^--[a-z-]+\.[a-z-]+/.test(word));
  const plain = args.filter((word) => !componentFlags.includes(word));
  let code = 0;
  // Components that run apart do without.
  const { Command } = await import("commander");
  const program = new Command("navarch")
    .description("Kubernetes 1.36 in one process")
    .version("0.1.0")
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) });
  const done = (result: number) => {
    code = result;
  };
  addClusterCommands(program, { args, componentFlags, done });
  addStoreCommands(program, done);
  addObjectCommands(program, done);
  for (const [name, description] of Object.entries(OWN_FLAGS)) program.command(name).description(description);
  return reporting(async () => {
    await program.parseAsync(plain, { from: "user" });
    return code;
  });
}

async function withOwnFlags(name: OwnFlags, words: readonly string[]): Promise<number> {
  if (name === "etcd") {
    const { etcdCommand } = await import("./etcd.ts");
    return etcdCommand(words);
  }
  const { componentCommand } = await import("./component.ts");
  return componentCommand(name, words);
}

/** Runs a command; what goes wrong becomes one sentence and an exit code. */
async function reporting(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (isUsage(error)) return error.exitCode;
    process.stderr.write(
      isAnswer(error) ? `Error from server (${error.reason}): ${error.message}\n` : `navarch: ${sentence(error)}\n`,
    );
    return 1;
  }
}

/** Whether the words were no command, which has been said. */
function isUsage(error: unknown): error is { readonly exitCode: number } {
  return error instanceof Error && error.name === "CommanderError";
}

/** Whether the API server said so; as kubectl words it. */
function isAnswer(error: unknown): error is { readonly reason: string; readonly message: string } {
  return error instanceof Error && error.name === "StatusError";
}

/** An error in one line, causes included. */
function sentence(error: unknown): string {
  // A ConfigError says it all; what the machine called it is for the log.
  if (error instanceof Error && error.name === "ConfigError") return error.message;
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < 4; at = at.cause)
    if (!parts.includes(at.message)) parts.push(at.message);
  return parts.length > 0 ? parts.join(": ") : String(error);
}
