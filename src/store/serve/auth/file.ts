import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ACCOUNTS_FILE } from "../../accounts.ts";
import type { AccountStorage } from "./auth.ts";

/** Users and roles in a file of a store's directory, which its owner alone can read; written whole, or not at all. */
export function accountFile(directory: string): AccountStorage {
  const path = join(directory, ACCOUNTS_FILE);
  return {
    async load() {
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async save(bytes) {
      await written(`${path}.new`, bytes);
      await rename(`${path}.new`, path);
      await flushed(dirname(path));
    },
  };
}

async function written(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "w", 0o600);
  await file.writeFile(bytes);
  await file.sync();
}

/** The name is on disk, too. */
async function flushed(directory: string): Promise<void> {
  await using handle = await open(directory, "r");
  await handle.sync();
}
