import type { KindDefinition } from "../../api/index.ts";
import type { ServerCore } from "../core.ts";

/** Resolves when an object of one of the kinds has changed, or all is over. */
export function nextChange(core: ServerCore, kinds: readonly KindDefinition[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const subscriptions = kinds.map((kind) =>
      core.registry(kind).cacher.subscribe({ events: () => done(), closed: () => done() }, undefined),
    );
    const done = () => {
      for (const { close } of subscriptions) close();
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done);
  });
}
