import type { Command } from "commander";

/** Commands about what a cluster has stored. Each loads its code when it runs. */
export function addStoreCommands(program: Command, done: (code: number) => void): void {
  const snapshot = program.command("snapshot").description("save and restore all that a cluster has stored");
  snapshot
    .command("save <file>")
    .description("save what a running cluster has stored; for its administrators")
    .option("--kubeconfig <file>", "default $KUBECONFIG, then the cluster of `navarch up`")
    .option("--context <name>", "a context of the kubeconfig")
    .option("--format <format>", "navarch, or etcd for `etcdctl snapshot restore`", "navarch")
    .action(async (file, options) => done(await (await import("./snapshot.ts")).saveCommand(file, options)));
  snapshot
    .command("restore <file>")
    .description("make a cluster's store of a snapshot, Navarch's or etcd's")
    .option("--data-dir <dir>", "where the cluster is to live; no store may be there")
    .option("--store-dir <dir>", "the store's directory itself, as of `navarch etcd --data-dir`")
    .action(async (file, options) => done(await (await import("./snapshot.ts")).restoreCommand(file, options)));
  addStorageCommands(program, done);
  addHistoryCommands(program, done);
  snapshot
    .command("status <file>")
    .description("check a snapshot and say what is in it")
    .option("-o, --output <format>", "json")
    .action(async (file, options) => done(await (await import("./snapshot.ts")).statusOfCommand(file, options)));
}

function addStorageCommands(program: Command, done: (code: number) => void): void {
  const storage = program.command("storage").description("bring what a cluster has stored up to date");
  storage
    .command("rewrite [resources...]")
    .description("write stored objects anew as the server writes them now: after encryption keys were replaced, say")
    .option("--kubeconfig <file>", "default $KUBECONFIG, then the cluster of `navarch up`")
    .option("--context <name>", "a context of the kubeconfig")
    .addHelpText("after", "\nWithout RESOURCE (secrets, deployments.apps) all objects of all resources are written.\n")
    .action(async (resources, options) =>
      done(await (await import("./storage.ts")).rewriteCommand(resources, options)),
    );
  storage
    .command("compact")
    .description("let go of all history, on disk too; for the cluster's administrators")
    .option("--kubeconfig <file>", "default $KUBECONFIG, then the cluster of `navarch up`")
    .option("--context <name>", "a context of the kubeconfig")
    .action(async (options) => done(await (await import("./storage.ts")).compactCommand(options)));
}

function addHistoryCommands(program: Command, done: (code: number) => void): void {
  const command = (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .option("--kubeconfig <file>", "default $KUBECONFIG, then the cluster of `navarch up`")
      .option("--context <name>", "a context of the kubeconfig")
      .option("-n, --namespace <name>", "default the context's");
  command("at <when> <verb> [words...]", "show objects as they were at a resourceVersion or a time")
    .option("-o, --output <format>", "wide, json, yaml or name")
    .option("-A, --all-namespaces", "in all namespaces")
    .option("-l, --selector <labels>", "only objects with these labels")
    .option("--field-selector <fields>", "only objects with these fields")
    .option("--no-headers", "no headings")
    .option("--show-managed-fields", "managed fields in json and yaml")
    .option("--show-labels", "labels as the last column")
    .option("--ignore-not-found", "an object that isn't there is no failure")
    .action(async (when, verb, words, options) =>
      done(await (await import("./at.ts")).atCommand({ when, verb, words, options })),
    );
  command("history <object>", "say who changed which field of TYPE/NAME when, as far back as history is kept")
    .option("-o, --output <format>", "json")
    .action(async (object, options) => done(await (await import("./history.ts")).historyCommand(object, options)));
}
