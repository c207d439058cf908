import type { Command } from "commander";

const DATA_DIRECTORY =
  "where the cluster lives: /var/lib/navarch for root, ~/.local/share/navarch for others unless said";
const UP_HELP = `
Flags of its components are given as --COMPONENT.FLAG=VALUE, such as --apiserver.event-ttl=2h; \`navarch COMPONENT --help\`
lists them. All of it may stand in config.json in the data directory too.`;

interface Line {
  /** The whole of it. */
  readonly args: readonly string[];
  /** Those of the form --COMPONENT.FLAG=VALUE. */
  readonly componentFlags: readonly string[];
  readonly done: (code: number) => void;
}

/** Adds the commands about the cluster of a data directory. Each loads only what it needs. */
export function addClusterCommands(program: Command, { args, componentFlags, done }: Line): void {
  program
    .command("up")
    .description("run a cluster on this machine until Ctrl-C")
    .option("--data-dir <dir>", DATA_DIRECTORY)
    .option("--listen <host:port>", "where the API server listens; port 6443 unless said")
    .option("--nodes <nodes>", "auto (unless said), real, simulated:N or none")
    .option("--store <store>", "embedded (unless said), memory or etcd://HOST:PORT,…")
    .option("--disable <names>", "components to leave out, with commas between them")
    .option("--kubeconfig <file>", "write the administrator's kubeconfig there too")
    .option("--token-auth-file <file>", 'static tokens: token,user,uid,"group1,group2" a line')
    .option("--detach", "return once the cluster is ready")
    .option("--yes", "install missing packages without asking")
    .addHelpText("after", UP_HELP)
    .action(async (options) => {
      const { upCommand } = await import("./up.ts");
      done(await upCommand({ ...options, componentFlags }, args));
    });
  program
    .command("down")
    .description("end the cluster")
    .option("--data-dir <dir>", DATA_DIRECTORY)
    .option("--purge", "delete its data too")
    .action(async (options) => {
      const { downCommand } = await import("./down.ts");
      done(await downCommand(options));
    });
  program
    .command("status")
    .description("say whether a cluster runs")
    .option("--data-dir <dir>", DATA_DIRECTORY)
    .action(async (options) => {
      const { statusCommand } = await import("./status.ts");
      done(await statusCommand(options));
    });
  program
    .command("pki")
    .description("make keys, certificates and kubeconfigs for components that run apart")
    .option("--data-dir <dir>")
    .option("--server <url>", "address of the API server", "https://127.0.0.1:6443")
    .option("--host <names...>", "further names and addresses of the API server")
    .option("--node <names...>", "nodes whose kubelets get a kubeconfig")
    .action(async (options) => {
      const { pkiCommand } = await import("./pki.ts");
      done(await pkiCommand(options));
    });
}
