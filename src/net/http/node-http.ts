import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * Node's "http" and "https", taken by `require`: an import of "http" asks for all that it exports, and so loads the client
 * behind `WebSocket` and its kin, which nothing here uses. It is an eighth of the time and memory of a start.
 */
export const http = require("node:http") as typeof import("node:http");
export const https = require("node:https") as typeof import("node:https");

/** Node's "http2", which clients need and the server doesn't: loaded when the first one connects. */
export const http2 = () => require("node:http2") as typeof import("node:http2");
