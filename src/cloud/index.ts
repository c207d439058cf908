/**
 * What ties a cluster to the cloud that it runs in: machines, routes, load balancers. Knows no cloud; a provider does.
 * Start at {@link CloudProvider}.
 */
export { type CloudControllers, type CloudOptions, startCloudControllers } from "./cloud.ts";
export { type FakeCloud, fakeCloud } from "./fake.ts";
export type { CloudProvider, Ingress, Instance, Route } from "./provider.ts";
