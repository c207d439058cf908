/** A setting that makes no sense or can't be had here: what it is and what is wanted. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
