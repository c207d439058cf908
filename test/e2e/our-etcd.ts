import { Process } from "./apart.ts";
import { SERVER } from "./cli.ts";

/** `navarch etcd` in a process of its own, on a directory that outlives it. */
export class OurEtcd implements AsyncDisposable {
  readonly #directory: string;
  readonly #flags: readonly string[];
  #process: Process | undefined;
  #url = "http://127.0.0.1:0";

  private constructor(directory: string, flags: readonly string[]) {
    this.#directory = directory;
    this.#flags = flags;
  }

  static async start(directory: string, flags: readonly string[] = []): Promise<OurEtcd> {
    const etcd = new OurEtcd(directory, flags);
    await etcd.startAgain();
    return etcd;
  }

  get url(): string {
    return this.#url;
  }

  /** At the same port. */
  async startAgain(): Promise<void> {
    const flags = ["--data-dir", this.#directory, "--listen-client-urls", this.#url, ...this.#flags];
    const started = new Process(process.execPath, [...SERVER, "etcd", ...flags]);
    this.#process = started;
    await started.said('"Serving etcd"');
    this.#url = /"Serving etcd","urls":\["([^"]+)"/.exec(started.output)![1]!;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.#process?.stop(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
