import { readFlagFile } from "../flags/index.ts";
import type { ComponentEnvironment } from "./environment.ts";

const LOOK_EVERY_MS = 60_000;

interface Reloading<T> extends Pick<ComponentEnvironment, "clock" | "scope" | "log"> {
  readonly flag: string;
  readonly file: string;
  readonly load: (text: string) => Promise<T>;
}

/** What is made of a flag's file: anew when the file has changed. One that is wrong then changes nothing. */
export async function reloaded<T>(options: Reloading<T>): Promise<{ readonly value: T }> {
  const { flag, file, load, clock, scope, log } = options;
  let text = readFlagFile(flag, file);
  const current = { value: await load(text) };
  scope.spawn(`reload of --${flag}`, async (signal) => {
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      try {
        const now = readFlagFile(flag, file);
        if (now === text) continue;
        current.value = await load(now);
        text = now;
        log.info("Configuration taken up", { flag, file });
      } catch (error) {
        log.error("Configuration not taken up", { flag, file, error });
      }
    }
  });
  return current;
}
