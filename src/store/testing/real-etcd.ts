import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realClock, silentLog } from "../../base/index.ts";
import { freePort } from "../../net/testing/free-port.ts";
import { StoreError } from "../errors.ts";
import { openEtcdStore } from "../etcd/index.ts";

/** Why there is no real etcd here; false when there is. */
export const withoutEtcd = spawnSync("etcd", ["--version"]).status === 0 ? false : "etcd is not installed";
/** For etcdctl, which gives up after five seconds when nobody says otherwise: a busy machine may take longer. */
export const ETCDCTL_ENV = { ETCDCTL_API: "3", ETCDCTL_COMMAND_TIMEOUT: "300s", ETCDCTL_DIAL_TIMEOUT: "300s" } as const;
const clock = realClock();
const log = silentLog;

/** A real etcd of one member on this machine. */
export class RealEtcd {
  readonly #directory = mkdtempSync(join(tmpdir(), "navarch-etcd-"));
  #data = this.#directory;
  #process: ChildProcess | undefined;
  #ports: readonly [number, number] | undefined;
  endpoint = "";

  /** Takes its data from a snapshot; before the first start. */
  restore(snapshot: string): void {
    const args = ["snapshot", "restore", snapshot, "--data-dir", join(this.#directory, "restored")];
    const { status, stderr } = spawnSync("etcdctl", args, {
      encoding: "utf8",
      env: { PATH: process.env.PATH, ...ETCDCTL_ENV },
    });
    if (status !== 0) throw new Error(`etcdctl ${args.join(" ")}: ${stderr}`);
    this.#data = join(this.#directory, "restored");
  }

  async start(): Promise<void> {
    this.#ports ??= [await freePort(), await freePort()];
    const [client, peer] = this.#ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
    const urls = { "listen-client-urls": client, "advertise-client-urls": client, "listen-peer-urls": peer };
    const more = {
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `default=${peer}`,
      "data-dir": this.#data,
      // Tests have no passwords worth the time.
      "bcrypt-cost": "4",
    };
    const flags = Object.entries({ ...urls, ...more, logger: "zap" }).map(([name, value]) => `--${name}=${value}`);
    this.#process = spawn("etcd", flags, { stdio: "ignore" });
    this.endpoint = client;
    for (let attempt = 0; ; attempt++) {
      try {
        await using _ = await openEtcdStore({ endpoints: [client], clock, log });
        return;
      } catch (error) {
        // One that lets only its users in is there, too.
        if (error instanceof StoreError && /user name is empty/.test(String(error.cause))) return;
        if (attempt > 100) throw error;
        await clock.sleep(50);
      }
    }
  }

  async kill(): Promise<void> {
    const running = this.#process!;
    running.kill("SIGKILL");
    await once(running, "exit");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
