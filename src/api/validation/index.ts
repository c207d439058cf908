/**
 * Rules that several kinds share: names, labels, numbers, addresses, and how their errors are made. Knows no kind. A function
 * that ends in Problems returns what is wrong with one value in words; others return field errors. Start at errors.ts.
 */
export * from "./diff.ts";
export * from "./conditions.ts";
export * from "./domain-path.ts";
export * from "./errors.ts";
export * from "./internal.ts";
export * from "./ip.ts";
export * from "./labels.ts";
export * from "./names.ts";
export * from "./numbers.ts";
export * from "./repeats.ts";
export * from "./replicas.ts";
export * from "./resources.ts";
export * from "./webhook.ts";
