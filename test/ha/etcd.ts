import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cryptoRandom, realClock, silentLog } from "../../src/base/index.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../src/pki/index.ts";
import { openEtcdStore, type Store } from "../../src/store/index.ts";
import { ETCDCTL_ENV } from "../../src/store/testing/real-etcd.ts";
import { SmallDisk } from "../../src/store/testing/small-disk.ts";
import { Process } from "../e2e/apart.ts";
import { command, eventually } from "../e2e/cli.ts";
import { HERE, Machine } from "./network.ts";

const clock = realClock();
/** The member whose disk is small. */
export const SMALL = 2;

/** Room for two files of the log, which etcd makes before it needs them, and for some data. */
const DISK_BYTES = 192 * 1024 * 1024;

interface Member {
  readonly machine: Machine;
  process: Process | undefined;
}

/** A real etcd of three members on three machines, which talks to holders of a certificate only. */
export class EtcdCluster {
  readonly members: readonly Member[];
  readonly #directory: string;
  /** Of {@link SMALL}. */
  readonly #disk: SmallDisk;

  private constructor(members: readonly Member[], directory: string) {
    this.members = members;
    this.#directory = directory;
    const disk = SmallDisk.mount(this.#file(members[SMALL]!.machine.name), DISK_BYTES);
    if (!disk) throw new Error("make a small disk: this process may not mount one");
    this.#disk = disk;
  }

  static async start(parent: string): Promise<EtcdCluster> {
    const directory = mkdtempSync(join(parent, "etcd-"));
    const members: Member[] = [];
    for (const number of [1, 2, 3])
      members.push({ machine: await Machine.add(`etcd${number}`, 10 + number), process: undefined });
    const cluster = new EtcdCluster(members, directory);
    cluster.#writeCertificates();
    await Promise.all(members.map((_, index) => cluster.start(index)));
    return cluster;
  }

  get endpoints(): readonly string[] {
    return this.members.map(({ machine }) => `https://${machine.address}:2379`);
  }

  /** Flags of an API server. */
  get flags(): readonly string[] {
    return [
      `--etcd-servers=${this.endpoints.join(",")}`,
      `--etcd-cafile=${this.#file("ca.crt")}`,
      `--etcd-certfile=${this.#file("client.crt")}`,
      `--etcd-keyfile=${this.#file("client.key")}`,
    ];
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }

  readonly #tls: { ca: string; cert: string; key: string } = { ca: "", cert: "", key: "" };

  #writeCertificates(): void {
    const sources = { clock, random: cryptoRandom() };
    const authority = createAuthority({ ...sources, commonName: "etcd" });
    const ip = [HERE, "127.0.0.1", ...this.members.map(({ machine }) => machine.address)];
    const usages = ["server auth", "client auth"] as const;
    this.#tls.ca = certificateToPem(authority.certificate);
    writeFileSync(this.#file("ca.crt"), this.#tls.ca);
    for (const name of ["server", "client"]) {
      const pair = issueKeyPair(authority, { ...sources, subject: { commonName: name }, sans: { ip }, usages });
      writeFileSync(this.#file(`${name}.crt`), pair.certificatePem);
      writeFileSync(this.#file(`${name}.key`), pair.keyPem);
      if (name === "client") Object.assign(this.#tls, { cert: pair.certificatePem, key: pair.keyPem });
    }
  }

  async start(index: number): Promise<void> {
    const member = this.members[index]!;
    const { name, address } = member.machine;
    const client = `https://${address}:2379`;
    const peer = `http://${address}:2380`;
    const all = this.members.map(({ machine }) => `${machine.name}=http://${machine.address}:2380`).join(",");
    const [program, args] = member.machine.running(
      "etcd",
      `--name=${name}`,
      `--data-dir=${this.#file(name)}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${all}`,
      "--client-cert-auth",
      `--trusted-ca-file=${this.#file("ca.crt")}`,
      `--cert-file=${this.#file("server.crt")}`,
      `--key-file=${this.#file("server.key")}`,
      // Elections on a busy machine.
      "--heartbeat-interval=200",
      "--election-timeout=2000",
    );
    member.process = new Process(program, args);
    await member.process.said("ready to serve client requests");
  }

  /** Leaves no room on the disk of {@link SMALL}. */
  fillDisk(): void {
    this.#disk.fill();
  }

  emptyDisk(): void {
    this.#disk.free();
  }

  async kill(index: number): Promise<void> {
    await this.members[index]!.process!.stop("SIGKILL");
  }

  signal(index: number, name: NodeJS.Signals): void {
    this.members[index]!.process!.signal(name);
  }

  /** Which member leads, once one does. */
  leader(): Promise<number> {
    return eventually(() => this.#leader());
  }

  async #leader(): Promise<number> {
    const flags = ["cacert=ca.crt", "cert=client.crt", "key=client.key"].map((flag) => {
      const [option, file] = flag.split("=") as [string, string];
      return `--${option}=${this.#file(file)}`;
    });
    const { stdout, stderr } = await command(
      "etcdctl",
      [`--endpoints=${this.endpoints.join(",")}`, ...flags, "endpoint", "status", "--write-out=json"],
      { env: ETCDCTL_ENV },
    );
    const rows = JSON.parse(stdout || "[]") as { Status: { header: { member_id: number }; leader: number } }[];
    const index = rows.findIndex(({ Status }) => Status.header.member_id === Status.leader);
    if (index < 0) throw new Error(`find leader: there is none: ${stdout} ${stderr}`);
    return index;
  }

  /** A client of our own, beside the API servers. */
  store(): Promise<Store> {
    return openEtcdStore({ endpoints: this.endpoints, tls: this.#tls, clock, log: silentLog });
  }

  async stop(): Promise<void> {
    for (const { process } of this.members) {
      process?.signal("SIGCONT");
      await process?.stop("SIGKILL");
    }
    this.#disk[Symbol.dispose]();
  }
}
