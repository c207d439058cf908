import { command } from "../e2e/cli.ts";

const BRIDGE = "ha0";
/** Where the test itself is. */
export const HERE = "10.99.0.1";

async function run(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await command("ip", args);
  if (code !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}

/**
 * A machine of its own on one network, as far as the network is concerned. All of them are in the namespaces of the test
 * file, which take them along when they end, whatever became of the test.
 */
export class Machine {
  readonly name: string;
  readonly address: string;

  private constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
  }

  /** The network; once, before the first machine. */
  static async network(): Promise<void> {
    await run("link", "add", BRIDGE, "type", "bridge");
    await run("address", "add", `${HERE}/24`, "dev", BRIDGE);
    await run("link", "set", BRIDGE, "up");
  }

  static async add(name: string, host: number): Promise<Machine> {
    const machine = new Machine(name, `10.99.0.${host}`);
    await run("netns", "add", name);
    await run("link", "add", `v-${name}`, "type", "veth", "peer", "name", "eth0", "netns", name);
    await run("link", "set", `v-${name}`, "master", BRIDGE, "up");
    await run("-n", name, "address", "add", `${machine.address}/24`, "dev", "eth0");
    await run("-n", name, "link", "set", "eth0", "up");
    await run("-n", name, "link", "set", "lo", "up");
    return machine;
  }

  /** Program and arguments of what runs there, in a process that signals reach. */
  running(...program: readonly string[]): readonly [program: string, args: readonly string[]] {
    return ["ip", ["netns", "exec", this.name, ...program]];
  }

  /** Everything from it and to it is dropped; nobody is told. */
  cut(): Promise<void> {
    return run("link", "set", `v-${this.name}`, "down");
  }

  async join(): Promise<void> {
    await run("link", "set", `v-${this.name}`, "up");
  }
}
