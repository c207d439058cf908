/**
 * Pod security standards: the levels that a namespace's labels choose, as pure checks of a pod's spec, and the admission
 * plugin that refuses and warns. Start at policy.ts; a check is one function in baseline.ts or restricted.ts and one row.
 */
export { podSecurity } from "./plugin.ts";
