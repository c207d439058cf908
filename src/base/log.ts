/** Values that belong to a log line. An `Error` is logged with its chain of causes. */
export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured log: a constant message plus fields. Never give it secrets. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose every line carries `fields`. */
  child(fields: LogFields): Log;
}

/** A log that hands every line to `write`. */
export function logTo(write: (level: LogLevel, message: string, fields: LogFields) => void, base: LogFields = {}): Log {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    write(level, message, { ...base, ...fields });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => logTo(write, { ...base, ...fields }),
  };
}

/** A log that drops everything. */
export const silentLog: Log = logTo(() => {});
