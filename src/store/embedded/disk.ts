/** A file of the store's directory. */
export interface DiskFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Bytes of a file that are to last, and a note of how far they reach. */
export interface Commit {
  readonly file: string;
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Written at the start of another file, unflushed, once the commit has been answered. */
  readonly note: { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> };
  /** Part of the file that is filled with zeros once the commit has been answered, unflushed like the note. */
  readonly zeros?: { readonly offset: number; readonly length: number } | undefined;
}

/**
 * What the store needs of a directory on a disk. Calls take effect in the order they are made, except that a
 * {@link Disk.commit} may overtake those that have not been answered. What is written lasts once
 * the file has been flushed, what is created, renamed or removed once the directory has been.
 * Throws `StoreError`: `noSpace` when there is no room, `unavailable` when the disk fails.
 */
export interface Disk {
  /** For messages: where the files are. */
  readonly name: string;
  /** Makes the directory and takes it for this process; throws `locked` when another has it. */
  lock(): Promise<void>;
  list(): Promise<readonly DiskFile[]>;
  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  read(file: string, offset: number, length: number): Promise<Uint8Array>;
  /** Writes, making the file when it isn't there. The bytes are the disk's from here on. */
  write(file: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  flush(file: string): Promise<void>;
  /**
   * Writes and flushes, one at a time. Nobody hears of a note or of zeros that fail. Once it is answered the bytes are the
   * caller's again, those of the note excepted.
   */
  commit(commit: Commit): Promise<void>;
  truncate(file: string, length: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  flushDirectory(): Promise<void>;
  /** Closes files and gives the lock back, after everything asked for before. */
  close(): Promise<void>;
}
