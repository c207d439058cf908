import { Command, CommanderError } from "commander";
import { downCommand } from "./down.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";

/** Runs the command line; the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  // --COMPONENT.FLAG=VALUE can't be declared: any component's flags may stand there.
  const componentFlags = args.filter((word) => /^--[a-z-]+\.[a-z-]+/.test(word));
  const plain = args.filter((word) => !componentFlags.includes(word));
  let code = 0;
  const program = new Command("navarch")
    .description("Kubernetes 1.36 in one process")
    .version("0.1.0")
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) });
  program
    .command("up")
    .description("run a cluster on this machine until Ctrl-C")
    .option("--data-dir <dir>", "where the cluster lives")
    .option("--listen <host:port>", "where the API server listens")
    .option("--nodes <nodes>", "auto, real, simulated:N or none")
    .option("--store <store>", "embedded, memory or etcd://HOST:PORT,…")
    .option("--disable <names>", "components to leave out")
    .option("--kubeconfig <file>", "write the administrator's kubeconfig there too")
    .option("--token-auth-file <file>", 'static tokens: token,user,uid,"group1,group2" a line')
    .option("--detach", "return once the cluster is ready")
    .option("--yes", "install missing packages without asking")
    .action(async (options) => {
      code = await upCommand({ ...options, componentFlags }, args);
    });
  program
    .command("down")
    .description("end the cluster")
    .option("--data-dir <dir>")
    .option("--purge", "delete its data too")
    .action(async (options) => {
      code = await downCommand(options);
    });
  program
    .command("status")
    .description("say whether a cluster runs")
    .option("--data-dir <dir>")
    .action(async (options) => {
      code = await statusCommand(options);
    });
  try {
    await program.parseAsync(plain, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`navarch: ${sentence(error)}\n`);
    return 1;
  }
}

/** An error in one line, causes included. */
function sentence(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < 4; at = at.cause)
    if (!parts.includes(at.message)) parts.push(at.message);
  return parts.length > 0 ? parts.join(": ") : String(error);
}
