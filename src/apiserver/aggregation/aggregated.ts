import { APIService } from "../../api/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import type { Reads } from "../contracts.ts";
import { respondText } from "../http/respond.ts";

/** What an aggregated group version answers: no request is passed on, so none of them is available. */
const UNAVAILABLE = respondText(503, "service unavailable\n");

/** The answer to a path below /apis that only an aggregated API server could serve; undefined when none is declared. */
export function aggregatedAnswer(reads: Reads, path: string): ApiResponse | undefined {
  const [, root, group, version] = path.split("/");
  if (root !== "apis" || !group || !version) return undefined;
  const name = `${version}.${group}`;
  return aggregated(reads).some(({ metadata }) => metadata.name === name) ? UNAVAILABLE : undefined;
}

/** The API services that another server is to answer. */
export function aggregated(reads: Reads): readonly APIService[] {
  return reads.cached(APIService).filter(({ spec }) => spec?.service !== undefined);
}
