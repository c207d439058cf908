import { setTimeout as delay } from "node:timers/promises";
import type { Answer, Ask, Request } from "./exchange.ts";

/** Kinds that controllers within the API server write to after each change, by the paths of their lists. */
const TENDED = /^(POST|PUT|PATCH) (\/apis\/[^/]+\/v1\/(?:customresourcedefinitions|apiservices))(?:[/?]|$)/;
const POLL_MS = 40;
const POLLS_ALIKE = 3;
const POLLS_MAX = 100;

/**
 * Waits until those controllers have had their say about what a request has written, so that what the next answer says
 * doesn't depend on how busy they are.
 */
export async function untilQuiet(ask: Ask, request: Request, { status, body }: Answer): Promise<void> {
  const list = TENDED.exec(request.do)?.[2];
  if (list === undefined || status < 200 || status >= 300 || request.do.includes("dryRun=")) return;
  let alike = 0;
  let last: string | undefined;
  for (let poll = 0; poll < POLLS_MAX && alike < POLLS_ALIKE; poll++) {
    const { status: found, body: object } = await ask({ do: `GET ${list}/${body.metadata.name}` });
    if (found !== 200) return;
    const isTended = object.status?.conditions?.length > 0;
    alike = isTended && object.metadata.resourceVersion === last ? alike + 1 : 0;
    last = object.metadata.resourceVersion;
    await delay(POLL_MS);
  }
  if (list.endsWith("/customresourcedefinitions")) await untilServed(ask, body.spec);
}

/** The original serves what a definition defines some time after it has said that it does. */
async function untilServed(ask: Ask, { group, versions, names }: Definition): Promise<void> {
  const version = versions.find(({ served }) => served)?.name;
  for (let poll = 0; version !== undefined && poll < POLLS_MAX; poll++) {
    const { status } = await ask({ do: `GET /apis/${group}/${version}/${names.plural}?limit=1` });
    if (status !== 404) return;
    await delay(POLL_MS);
  }
}

interface Definition {
  readonly group: string;
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  readonly names: { readonly plural: string };
}
