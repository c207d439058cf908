import type { FlowSchema, PriorityLevelConfiguration } from "../../api/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { RequestInfo } from "../contracts.ts";
import type { LevelLimits } from "./queues.ts";

const DEFAULT_SHARES = 30;

/** What each level may do of the seats that the server has. */
export function limitsOf(levels: readonly PriorityLevelConfiguration[], totalSeats: number): LevelLimits[] {
  const sum = levels.reduce((shares, level) => shares + sharesOf(level), 0);
  return levels.map((level) => {
    const { limited, type } = level.spec;
    const nominalSeats = sum === 0 ? 0 : Math.ceil((totalSeats * sharesOf(level)) / sum);
    const part = (percent: number) => Math.round((nominalSeats * percent) / 100);
    const { borrowingLimitPercent: borrowing } = limited ?? {};
    const { queues = 64, handSize = 8, queueLengthLimit = 50 } = limited?.limitResponse?.queuing ?? {};
    return {
      name: level.metadata.name,
      isExempt: type === "Exempt",
      nominalSeats,
      lendableSeats: part((limited ?? level.spec.exempt)?.lendablePercent ?? 0),
      borrowableSeats: borrowing === undefined || borrowing === null ? Number.POSITIVE_INFINITY : part(borrowing),
      queuing:
        limited?.limitResponse?.type === "Queue" ? { queues, handSize, queueLengthMax: queueLengthLimit } : undefined,
    };
  });
}

function sharesOf({ spec }: PriorityLevelConfiguration): number {
  return spec.type === "Exempt"
    ? (spec.exempt?.nominalConcurrencyShares ?? 0)
    : (spec.limited?.nominalConcurrencyShares ?? DEFAULT_SHARES);
}

/** What tells the flows of one schema apart. */
export function distinguisherOf({ spec }: FlowSchema, { namespace }: RequestInfo, user: UserInfo): string {
  switch (spec.distinguisherMethod?.type) {
    case "ByUser":
      return user.name;
    case "ByNamespace":
      return namespace;
    default:
      return "";
  }
}

const OBJECTS_PER_SEAT = 100;
const SEATS_MAX = 10;

/** How many seats a request takes: lists take more, by what they may have to look at. */
export function seatsOf({ verb }: Pick<RequestInfo, "verb">, objects: number): number {
  if (verb !== "list") return 1;
  return Math.min(SEATS_MAX, Math.max(1, Math.ceil(objects / OBJECTS_PER_SEAT)));
}
