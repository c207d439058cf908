/** The functions that expressions can call, one file per library, each a table. Start at {@link kubernetesLibraries}. */
import type { Library } from "../environment.ts";
import { authorizer } from "./authorizer.ts";
import { lists } from "./lists.ts";
import { optionals } from "./optionals.ts";
import { regex } from "./regex.ts";
import { sets } from "./sets.ts";
import { standard } from "./standard.ts";
import { strings } from "./strings.ts";

/** Everything that Kubernetes gives to expressions. */
export const kubernetesLibraries: readonly Library[] = [standard, optionals, strings, lists, sets, regex, authorizer];

export type { AuthorizationAnswer, AuthorizationQuery, Authorize } from "./authorizer.ts";
export { authorizerValue, requestResourceValue } from "./authorizer.ts";
