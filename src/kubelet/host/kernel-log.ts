import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const PATH = "/dev/kmsg";
/** No record of the kernel's is longer. */
const RECORD_BYTES_MAX = 8192;
/** More than any kernel keeps. */
const RECORDS_MAX = 1 << 20;

/**
 * What the kernel says of itself. It tells of a process that it ends for want of memory before the process ends, so that
 * nobody who saw the end asks too early; a runtime learns of it by an event, which can come late, or not at all once the
 * container's cgroup is gone.
 */
export class KernelLog {
  readonly #path: string;
  #reading: Promise<string> | undefined;
  #next: Promise<string> | undefined;

  constructor(path = PATH) {
    this.#path = path;
  }

  /** False also where the log can't be read. */
  async killedForMemory(containerId: string): Promise<boolean> {
    return namesVictim(await this.#read(), containerId);
  }

  /** However many ask: who comes while the log is read shares the reading after it. */
  #read(): Promise<string> {
    if (!this.#reading) {
      this.#reading = readKills(this.#path).finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      return this.#read();
    });
    return this.#next;
  }
}

/** Whether one of the records is of a process in a cgroup of this container's. */
export function namesVictim(records: string, containerId: string): boolean {
  return Array.from(records.matchAll(/oom-kill:.*task_memcg=([^,]*)/g)).some(([, cgroup]) =>
    cgroup!.includes(containerId),
  );
}

async function readKills(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (!file) return "";
  try {
    return await killsIn(file);
  } finally {
    await file.close();
  }
}

async function killsIn(file: FileHandle): Promise<string> {
  const record = Buffer.alloc(RECORD_BYTES_MAX);
  let kills = "";
  for (let count = 0; count < RECORDS_MAX; count++) {
    const read = await file.read(record, 0, record.length, null).catch((error: NodeJS.ErrnoException) => error);
    if (read instanceof Error) {
      // Overwritten while it was read: the next record is there.
      if (read.code === "EPIPE") continue;
      return kills;
    }
    if (read.bytesRead === 0) return kills;
    const text = record.toString("utf8", 0, read.bytesRead);
    if (text.includes("oom-kill:")) kills += `${text}\n`;
  }
  return kills;
}
