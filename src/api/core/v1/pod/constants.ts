export const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
export const RESTART_POLICIES = ["Always", "OnFailure", "Never"];
export const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
export const PROTOCOLS = ["SCTP", "TCP", "UDP"];
