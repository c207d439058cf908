import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const RECORDED = join(import.meta.dirname, "../../parity");

/** A request of the recordings. `$NS` and `$ID` stand in it for a namespace and for what makes names unique. */
export interface RecordedRequest {
  /** File below test/parity, without its extension. */
  readonly file: string;
  /** Name of the case. */
  readonly name: string;
  /** Place among the steps of the case. */
  readonly step: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Query text, without the question mark; empty when there is none. */
  readonly query: string;
  readonly type: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind, which the tests take apart
  readonly body: any;
  /** What the original answered. */
  readonly status: number;
}

interface RecordedStep {
  readonly do?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly as?: string;
  readonly body?: unknown;
  readonly expect?: { readonly status?: number };
}

interface RecordedCase {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly steps: readonly RecordedStep[];
}

/** Every recorded request of the administrator's that is made of a JSON value and needs no controllers. */
export function recordedRequests(): RecordedRequest[] {
  return readdirSync(RECORDED, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap(requestsOf);
}

function requestsOf(file: string): RecordedRequest[] {
  const { cases = [] } = JSON.parse(readFileSync(join(RECORDED, file), "utf8")) as { cases?: RecordedCase[] };
  return cases
    .filter(({ needs }) => !needs)
    .flatMap(({ name, steps }) =>
      steps.flatMap((step, index): RecordedRequest[] => {
        const [, method, path, inline = ""] = /^(\S+) ([^?\s]*)\??(.*)$/.exec(step.do ?? "") ?? [];
        if (!method || !path || step.as || typeof step.body !== "object") return [];
        const query = [inline, new URLSearchParams(step.query).toString()].filter(Boolean).join("&");
        const { type, body, expect } = step;
        const status = expect?.status ?? 0;
        return [{ file: file.replace(".json", ""), name, step: index, method, path, query, type, body, status }];
      }),
    );
}

/** A recorded value with its variables filled in. */
export function filled<T>(value: T, { namespace, id }: { readonly namespace: string; readonly id: string }): T {
  return JSON.parse(
    JSON.stringify(value)
      .replace(/\$\{?NS\b\}?/g, namespace)
      .replace(/\$\{?ID\b\}?/g, id),
  );
}
