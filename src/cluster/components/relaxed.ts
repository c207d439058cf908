import { own } from "../../base/index.ts";
import { ConfigError } from "../errors.ts";

/** Words for what is written all the time and soon written again. */
const WORDS: Readonly<Record<string, string>> = { leases: "/registry/leases/", events: "/registry/events/" };

/** The prefixes of keys that --relaxed-durability names. */
export function relaxedPrefixes(wanted: readonly string[] = []): readonly string[] {
  return wanted.map((word) => {
    const prefix = word.startsWith("/") ? word : own(WORDS, word);
    if (prefix === undefined)
      throw new ConfigError(
        `read --relaxed-durability: got ${JSON.stringify(word)}, wanted leases, events, or what keys begin with, such as /registry/events/`,
      );
    return prefix;
  });
}
