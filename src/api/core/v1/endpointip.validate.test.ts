import assert from "node:assert/strict";
import { test } from "node:test";
import { validateEndpointIp } from "./endpointip.validate.ts";

test("endpoints may be anywhere but here or nearby", () => {
  const details = (text: string) => validateEndpointIp("ip", text).map(({ detail }) => detail.split(" (")[0]);
  for (const good of ["10.0.0.1", "fd00::1", "224.0.1.1", "169.253.0.1"]) assert.deepEqual(details(good), [], good);
  assert.deepEqual(details("x"), ["must be a valid IP address"]);
  assert.deepEqual(details("::"), ["may not be unspecified"]);
  assert.deepEqual(details("127.9.9.9"), ["may not be in the loopback range"]);
  assert.deepEqual(details("::1"), ["may not be in the loopback range"]);
  assert.deepEqual(details("169.254.3.4"), ["may not be in the link-local range"]);
  assert.deepEqual(details("febf::1"), ["may not be in the link-local range"]);
  assert.deepEqual(details("224.0.0.7"), ["may not be in the link-local multicast range"]);
  assert.deepEqual(details("ff02::7"), ["may not be in the link-local multicast range"]);
});
