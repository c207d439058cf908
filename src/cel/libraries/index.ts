/** The functions that expressions can call, one file per library, each a table. Start at {@link kubernetesLibraries}. */
import type { Library } from "../environment.ts";
import { authorizer } from "./authorizer.ts";
import { formats } from "./formats.ts";
import { addresses } from "./ip.ts";
import { lists } from "./lists.ts";
import { optionals } from "./optionals.ts";
import { quantities } from "./quantity.ts";
import { regex } from "./regex.ts";
import { semvers } from "./semver.ts";
import { sets } from "./sets.ts";
import { standard } from "./standard.ts";
import { jsonPatch, strings } from "./strings.ts";
import { urls } from "./url.ts";

/** Everything that Kubernetes gives to expressions. */
export const kubernetesLibraries: readonly Library[] = [
  standard,
  optionals,
  strings,
  lists,
  sets,
  regex,
  authorizer,
  quantities,
  addresses,
  urls,
  semvers,
  formats,
];

/** What expressions that change objects get. */
export const mutationLibraries: readonly Library[] = [...kubernetesLibraries, jsonPatch];

export type { AuthorizationAnswer, AuthorizationQuery, Authorize } from "./authorizer.ts";
export { authorizerValue, requestResourceValue } from "./authorizer.ts";
export { quantityValue } from "./quantity.ts";
export { semverValue } from "./semver.ts";
