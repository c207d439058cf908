import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import {
  PriorityLevelConfigurationStatus,
  PriorityLevelConfigurationCondition,
  PriorityLevelConfigurationSpec,
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  QueuingConfiguration,
  PriorityLevelConfiguration,
} from "./prioritylevelconfiguration.ts";

export const prioritylevelconfigurationDocs: readonly StructDoc[] = [
  doc(PriorityLevelConfigurationStatus, "State of a priority level.", {
    conditions: "Aspects of its state.",
  }),
  doc(PriorityLevelConfigurationCondition, "One aspect of a priority level's state.", {
    ...CONDITION,
  }),
  doc(PriorityLevelConfigurationSpec, "How many requests of a level run at once; the member that type names is set.", {
    type: "Limited, or Exempt for requests that never wait.",
    limited: "Settings of a level of type Limited.",
    exempt: "Settings of a level of type Exempt.",
  }),
  doc(ExemptPriorityLevelConfiguration, "What an exempt level sets aside.", {
    nominalConcurrencyShares: "Share of the server's requests at once that others reckon with; default 0.",
    lendablePercent: "Percent of the share that other levels may borrow, 0 to 100; default 0.",
  }),
  doc(LimitedPriorityLevelConfiguration, "How many requests of a level run at once.", {
    nominalConcurrencyShares:
      "Share of the server's requests at once, against the shares of the other levels; default 30.",
    limitResponse: "Whether requests beyond the limit wait or are refused; default refused.",
    lendablePercent: "Percent of the share that other levels may borrow while it is free, 0 to 100; default 0.",
    borrowingLimitPercent: "Percent of the share that may be borrowed from other levels; default no limit.",
  }),
  doc(LimitResponse, "What happens to requests beyond the limit.", {
    type: "Queue to wait, or Reject to answer 429 at once.",
    queuing: "How requests wait; only with Queue.",
  }),
  doc(QueuingConfiguration, "How requests wait.", {
    queues: "Queues of the level; default 64. 1 makes all requests wait in one.",
    handSize: "Queues that one flow is dealt, of which it takes the shortest; default 8.",
    queueLengthLimit: "Requests that may wait in one queue; more are refused. Default 50.",
  }),
  ...kindDocs(PriorityLevelConfiguration, "A share of the API server's capacity for some requests.", {
    spec: "How large the share is.",
    status: "State of the level.",
  }),
];
