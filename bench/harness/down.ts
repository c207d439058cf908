import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** `navarch down --purge`: nothing of a cluster stays on the machine. */
export async function down(directory: string): Promise<void> {
  const launcher = join(import.meta.dirname, "../../bin/navarch.js");
  await promisify(execFile)(process.execPath, [launcher, "down", "--data-dir", directory, "--purge"]);
}
