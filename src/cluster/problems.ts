import { own } from "../base/index.ts";
import { ConfigError } from "./errors.ts";

/** What the machine says by its codes, in words. */
const MACHINE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full, wanted free space",
  EDQUOT: "the disk quota is used up, wanted free space",
  noSpace: "the disk is full, wanted free space",
  EACCES: "this user may not, wanted a place that is theirs (--data-dir DIR) or root",
  EPERM: "this user may not, wanted a place that is theirs (--data-dir DIR) or root",
  EROFS: "it can't be written to, wanted another place (--data-dir DIR)",
  ENOTDIR: "a part of the path is a file, wanted directories",
  EEXIST: "a file is in the way, wanted a directory",
  EMFILE: "too many files are open, wanted a higher limit (ulimit -n)",
};

/** An error of the machine's as one sentence for people; others as they are. */
export function explained(error: unknown, place: string): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ConfigError) return error;
    const { code, path, syscall } = at as NodeJS.ErrnoException;
    const problem = problemOf(code, syscall);
    if (problem)
      return new ConfigError(`${own(VERBS, syscall ?? "") ?? "use"} ${path ?? place}: ${problem}`, { cause: error });
  }
  return error;
}

function problemOf(code: string | undefined, syscall: string | undefined): string | undefined {
  // Node says so of a directory on a disk that is read-only.
  if (code === "ENOENT" && syscall === "mkdir")
    return "nothing can be made there, wanted another place (--data-dir DIR)";
  return code !== undefined && Object.hasOwn(MACHINE_PROBLEMS, code) ? MACHINE_PROBLEMS[code] : undefined;
}

const VERBS: Readonly<Record<string, string>> = { mkdir: "make", open: "open", write: "write", scandir: "read" };
