import type { Command } from "commander";

/** Commands that ask the API server, for those who have no kubectl. Each loads its code when it runs. */
export function addObjectCommands(program: Command, done: (code: number) => void): void {
  const command = (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .option("--kubeconfig <file>", "default $KUBECONFIG, then the cluster of `navarch up`")
      .option("--context <name>", "a context of the kubeconfig")
      .option("-n, --namespace <name>", "default the context's");
  const selecting = (one: Command) => one.option("-l, --selector <labels>", "only objects with these labels");
  const files = (one: Command) =>
    one
      .option("-f, --filename <paths...>", "files, directories or - for standard input")
      .option("-R, --recursive", "directories inside directories too");
  selecting(command("get [words...]", "show objects: TYPE, TYPE NAME… or TYPE/NAME"))
    .option("-o, --output <format>", "wide, json, yaml or name")
    .option("-A, --all-namespaces", "in all namespaces")
    .option("--field-selector <fields>", "only objects with these fields")
    .option("-w, --watch", "go on with every change")
    .option("--no-headers", "no headings")
    .option("--show-managed-fields", "managed fields in json and yaml")
    .option("--show-labels", "labels as the last column")
    .option("--ignore-not-found", "an object that isn't there is no failure")
    .action(async (words, options) => done(await (await import("./get.ts")).getCommand(words, options)));
  selecting(command("describe [words...]", "show objects' fields and events for people"))
    .option("-A, --all-namespaces", "in all namespaces")
    .action(async (words, options) => done(await (await import("./describe.ts")).describeCommand(words, options)));
  files(command("apply", "make objects as files say (server-side apply)"))
    .option("--force-conflicts", "take fields over from other managers")
    .option("--field-manager <name>", "in whose name")
    .option("--dry-run", "only ask the server what would be")
    .action(async (options) => done(await (await import("./apply.ts")).applyCommand(options)));
  selecting(files(command("delete [words...]", "delete objects and wait until they are gone")))
    .option("--all", "all of the type in the namespace")
    .option("--grace-period <seconds>", "time that pods get to end")
    .option("--cascade <how>", "background, foreground or orphan")
    .option("--no-wait", "don't wait")
    .option("--timeout <duration>", "how long to wait")
    .option("--ignore-not-found", "an object that isn't there is no failure")
    .action(async (words, options) => done(await (await import("./delete.ts")).deleteCommand(words, options)));
  command("why <pod>", "why a pod is where it is, or isn't running: pod/NAME").action(async (pod, options) =>
    done(await (await import("./why.ts")).whyCommand(pod, options)),
  );
  command("logs <pod>", "show what a container has written: POD or TYPE/NAME")
    .option("-c, --container <name>", "which container")
    .option("--all-containers", "all containers")
    .option("-f, --follow", "go on")
    .option("-p, --previous", "of the try before")
    .option("--tail <lines>", "only the last lines")
    .option("--since <duration>", "only newer lines")
    .option("--timestamps", "with times")
    .action(async (pod, options) => done(await (await import("./logs.ts")).logsCommand(pod, options)));
  command("exec <pod> [command...]", "run a command in a container: POD -- COMMAND")
    .option("-c, --container <name>", "which container")
    .option("-i, --stdin", "with this input")
    .option("-t, --tty", "on a terminal")
    .passThroughOptions(false)
    .action(async (pod, words, options) => done(await (await import("./exec.ts")).execCommand(pod, words, options)));
}
