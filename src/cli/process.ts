import { errorText, faultPlace } from "./error-text.ts";
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { type Log, logTo } from "../base/index.ts";

/** Resolves on the first signal, or when the launcher has gone. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
    const pipe = Number(process.env.NAVARCH_LAUNCHER);
    if (!pipe) return;
    // A socket, since a read of a file would block a thread and with it the end of this process.
    const launcher = new Socket({ fd: pipe, writable: false }).unref();
    launcher.on("error", () => {});
    launcher.on("end", () => resolve());
    launcher.resume();
  });
}

/** A log of JSON lines in an open file; debug lines only when `verbosity` is 4 or more, as upstream's -v. */
export function logToFile(file: number, verbosity = 0): Log {
  return logTo((level, message, fields) => {
    if (level === "debug" && verbosity < 4) return;
    const { error, ...rest } = fields;
    const place = faultPlace(error);
    const line = {
      time: new Date().toISOString(),
      level,
      message,
      ...rest,
      ...(error !== undefined && { error: errorText(error) }),
      ...(place !== undefined && { stack: place }),
    };
    writeLine(file, JSON.stringify(line));
  });
}

function writeLine(file: number, line: string): void {
  try {
    writeSync(file, `${line}\n`);
  } catch {
    // A full disk must not end the cluster for the sake of its log.
  }
}
