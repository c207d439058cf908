/**
 * The controller manager: each controller brings one thing to where the API says it should be. Speaks only to the API.
 * Start at {@link startControllers}; `all.ts` is the table, and each folder's `plan.ts` what it decides.
 */
export type { ControllerDefinition, ControllerEnvironment } from "./common/environment.ts";
export type { ControllerOptions } from "./options.ts";
export { type Controllers, startControllers } from "./start.ts";
