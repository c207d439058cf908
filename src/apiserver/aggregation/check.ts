import type { APIResourceList, APIService } from "../../api/index.ts";
import type { Clock } from "../../base/index.ts";
import { readBody } from "../../net/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import { isObject } from "../../schema/index.ts";
import { dialProblem } from "../streaming/dial-problem.ts";
import { authorityOf } from "../subresources/proxy/proxy.ts";
import type { ProxyTarget } from "../subresources/proxy/targets.ts";
import type { Aggregator, Learned } from "./aggregator.ts";
import { discoveredResources } from "./discovered.ts";

const TIMEOUT_MS = 5_000;
const DOCUMENTS = "/openapi/v3";

/** How a server behind an API service answered: what it told of itself, or why that counts for nothing. */
export type Checked = { readonly learned: Learned } | { readonly problem: string };

export interface CheckOptions {
  readonly aggregator: Aggregator;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks the server behind an API service for what it serves. */
export async function checkServer(
  service: APIService,
  target: ProxyTarget,
  { aggregator, clock, signal }: CheckOptions,
): Promise<Checked> {
  const { group = "", version = "" } = service.spec;
  const path = `/apis/${group}/${version}`;
  const url = `https://${authorityOf(target)}${path}`;
  const get = (asked: string) =>
    limited({ clock, signal }, (limit) => aggregator.ask(service, target, { path: asked, signal: limit }));
  const failed = (why: string) => ({ problem: `failing or missing response from ${url}: ${why}` });
  let answer: Answer;
  try {
    answer = await get(path);
  } catch (error) {
    signal.throwIfAborted();
    return failed(`Get "${url}": ${error instanceof Error ? dialProblem(error) : String(error)}`);
  }
  if (answer.status < 200 || answer.status > 299) return failed(`bad status from ${url}: ${answer.status}`);
  // A server without documents is no worse for that.
  const documents = await get(DOCUMENTS).catch(() => undefined);
  signal.throwIfAborted();
  return {
    learned: {
      resources: discoveredResources(resourceList(answer.value), { group, version }),
      documents: documentsOf(documents?.status === 200 ? documents.value : undefined, path),
    },
  };
}

interface Answer {
  readonly status: number;
  /** undefined: no JSON. */
  readonly value: unknown;
}

/** An answer as far as it comes in time. */
async function limited(
  { clock, signal }: Pick<CheckOptions, "clock" | "signal">,
  ask: (signal: AbortSignal) => Promise<ApiResponse>,
): Promise<Answer> {
  const late = new AbortController();
  const timer = clock.timer(TIMEOUT_MS, () => late.abort(new Error("context deadline exceeded")));
  try {
    const response = await ask(AbortSignal.any([signal, late.signal]));
    return { status: response.status, value: jsonOf(await readBody(response)) };
  } finally {
    timer.cancel();
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Only as much of a list as makes sense. */
function resourceList(value: unknown): APIResourceList {
  const { resources } = isObject(value) ? value : {};
  const isResource = (one: unknown) =>
    isObject(one) && typeof one.name === "string" && typeof one.kind === "string" && Array.isArray(one.verbs);
  return { groupVersion: "", resources: Array.isArray(resources) ? resources.filter(isResource) : [] };
}

/** The documents of the version and of its group. */
function documentsOf(value: unknown, path: string): ReadonlyMap<string, string> {
  const { paths } = isObject(value) ? value : {};
  const name = path.slice(1);
  const documents = new Map<string, string>();
  for (const [key, place] of Object.entries(isObject(paths) ? paths : {})) {
    const { serverRelativeURL: url } = isObject(place) ? place : {};
    // What leads elsewhere isn't this server's to tell of.
    if (key === name && typeof url === "string" && url.startsWith(`${DOCUMENTS}/${name}`)) documents.set(key, url);
  }
  return documents;
}
