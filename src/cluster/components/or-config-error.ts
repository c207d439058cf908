import { ConfigurationError } from "../../apiserver/index.ts";
import { ConfigError } from "../errors.ts";

/** What `work` makes; what makes no sense in a configuration is told as a mistake in the flags or their files. */
export async function orConfigError<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw new ConfigError(what, { cause });
    throw cause;
  }
}
