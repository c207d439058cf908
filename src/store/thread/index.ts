/** A store that lives in another thread: the same contract over a port. */
export { serveStore } from "./serve.ts";
export { threadStore } from "./store.ts";
