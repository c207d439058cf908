import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { HostLinks } from "./host.ts";

const run = promisify(execFile);

/** The machine's network devices, changed through ip(8). */
export function linuxLinks(): HostLinks {
  return {
    async bridges() {
      const { stdout } = await run("ip", ["-json", "-details", "link", "show", "type", "bridge"]);
      const links = JSON.parse(stdout || "[]") as { readonly ifname?: string; readonly ifalias?: string }[];
      return links.flatMap(({ ifname, ifalias }) => (ifname === undefined ? [] : [{ name: ifname, alias: ifalias }]));
    },
    async ensureBridge(name, alias) {
      await run("ip", ["link", "add", name, "type", "bridge"]).catch(unless("File exists"));
      await run("ip", ["link", "set", "dev", name, "alias", alias]);
    },
    async remove(name) {
      await run("ip", ["link", "delete", name]).catch(unless("Cannot find device"));
    },
  };
}

/** Passes errors on, but for the one that says that there is nothing to do. */
function unless(words: string): (error: unknown) => undefined {
  return (error) => {
    if (!(error as { stderr?: string }).stderr?.includes(words)) throw error;
  };
}
