import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A lock that is held until it is closed. */
export interface FileLock {
  close(): void;
}

/**
 * Locks a file until it is closed or the process ends, however it ends. Node has no call for that; SQLite takes the
 * operating system's own lock, and its file stays empty.
 */
export function lockFile(path: string): FileLock {
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const SQLITE_BUSY = 5;

/** Whether {@link lockFile} failed because another process holds the lock. */
export function isLockedElsewhere(error: unknown): boolean {
  return (error as { errcode?: unknown }).errcode === SQLITE_BUSY;
}
