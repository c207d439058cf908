import type { Clock, Random } from "../base/index.ts";
import { type ApiRequest, type ApiResponse, OBJECT_MEDIA_TYPE, readBody } from "../net/index.ts";
import { type SimServer, Unanswered } from "./api-world.ts";
import { type Held, itemOf, type Selection } from "./truth.ts";

const IDENTITY = { name: "admin", groups: ["system:masters"] };
export const NAMESPACES = ["default", "kube-public"] as const;
export const NAMES = ["a", "b", "c", "d"] as const;
const LABELS = ["x", "y"] as const;

export const FORMATS = ["application/json", "application/vnd.kubernetes.protobuf", OBJECT_MEDIA_TYPE] as const;

export const collection = (namespace: string): string =>
  namespace === "" ? "/api/v1/configmaps" : `/api/v1/namespaces/${namespace}/configmaps`;

/** Asks one of several servers, as clients behind a balancer do. */
export class SimClient {
  readonly servers: readonly SimServer[];
  readonly random: Random;
  readonly clock: Clock;

  constructor(servers: readonly SimServer[], random: Random, clock: Clock) {
    this.servers = servers;
    this.random = random;
    this.clock = clock;
  }

  pick(): SimServer {
    return this.servers[this.random.int(this.servers.length)]!;
  }

  /** An answer as JSON. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
  ): Promise<{ readonly status: number; readonly value: any }> {
    const [at = "", query = ""] = path.split("?");
    const response = await this.pick().call(
      request({
        method,
        path: at,
        query,
        headers: { accept: "application/json", "content-type": type },
        ...(body !== undefined && { body: { type: "bytes", bytes: new TextEncoder().encode(JSON.stringify(body)) } }),
      }),
    );
    const text = new TextDecoder().decode(await readBody(response));
    return { status: response.status, value: JSON.parse(text) };
  }
}

export function request(parts: Partial<ApiRequest>): ApiRequest {
  return {
    method: "GET",
    path: "/",
    query: "",
    headers: {},
    body: { type: "none" },
    peer: { address: "", identity: IDENTITY },
    signal: new AbortController().signal,
    ...parts,
  };
}

/** Whether nobody can say what became of a call. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Unanswered;
}

export function isFault({ status }: Pick<ApiResponse, "status">): boolean {
  return status >= 500 || status === 429;
}

/** A list's items as the checks compare them. */
export function itemsOf(list: any): Held[] {
  return (list.items ?? []).map((object: any) => ({
    item: itemOf(object),
    revision: Number(object.metadata.resourceVersion),
  }));
}

/** Labels of a new state; some have none. */
export function randomLabels(random: Random): Record<string, string> {
  return random.int(4) === 0 ? {} : { app: LABELS[random.int(LABELS.length)]! };
}

export function randomSelection(random: Random): Selection {
  const namespace = random.int(3) === 0 ? "" : NAMESPACES[random.int(NAMESPACES.length)]!;
  const name = NAMES[random.int(NAMES.length)]!;
  const pick = (
    [
      ["", () => true],
      ["labelSelector=app%3Dx", ({ labels }) => labels.app === "x"],
      ["labelSelector=app!%3Dx", ({ labels }) => labels.app !== "x"],
      ["labelSelector=!app", ({ labels }) => labels.app === undefined],
      [`fieldSelector=metadata.name%3D${name}`, (item) => item.name === name],
    ] satisfies [string, Selection["matches"]][]
  )[random.int(5)]!;
  return { namespace, query: pick[0], matches: pick[1] };
}
