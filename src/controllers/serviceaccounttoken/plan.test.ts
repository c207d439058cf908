import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret, ServiceAccount } from "../../api/index.ts";
import { base64, plan } from "./plan.ts";

const account = { metadata: { name: "a", uid: "1" } } as unknown as ServiceAccount;
const secret = (uid: string | undefined, data: object = {}): Secret =>
  ({
    type: "kubernetes.io/service-account-token",
    metadata: { name: "s", namespace: "n", annotations: { ...(uid && { "kubernetes.io/service-account.uid": uid }) } },
    data,
  }) as unknown as Secret;
const full = { token: "t", namespace: base64("n"), "ca.crt": base64("PEM") };

test("a secret goes with its account, also when another account has the name", () => {
  assert.equal(plan(secret("1"), undefined, "PEM").do, "delete");
  assert.equal(plan(secret("2"), account, "PEM").do, "delete");
});

test("what is missing is filled in, the token only once", () => {
  assert.deepEqual(plan(secret(undefined), account, "PEM"), {
    do: "fill",
    data: { namespace: base64("n"), "ca.crt": base64("PEM") },
    needsToken: true,
  });
  const changed = plan(secret("1", full), account, "NEW");
  assert.deepEqual(changed, { do: "fill", data: { "ca.crt": base64("NEW") }, needsToken: false });
  assert.equal(plan(secret("1", full), account, "PEM").do, "nothing");
});
