import assert from "node:assert/strict";
import { test } from "node:test";
import { bcryptHash, isBcryptHash, isBcryptPassword } from "./bcrypt.ts";

/** As crypt(3) of libxcrypt makes them. */
const VECTORS: readonly (readonly [password: string, hash: string])[] = [
  ["", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."],
  ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
  ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
  ["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
  ["göße", "$2b$04$XXXXXXXXXXXXXXXXXXXXXO63IScIoYUPdlyv6y4SPqgo2PjGXd9X."],
];
/** No more of a password counts. */
const LONG = ["0123456789".repeat(9), "$2a$04$abcdefghijklmnopqrstuum2G75IXDN/xsgbNa/hCiPSKyIHQd70S"] as const;

test("passwords are compared with hashes that others made", async () => {
  for (const [password, hash] of VECTORS) {
    assert.equal(await isBcryptPassword(password, hash), true, hash);
    assert.equal(await isBcryptPassword(`${password}x`, hash), false, hash);
  }
  assert.equal(await isBcryptPassword(LONG[0], LONG[1]), true);
  assert.equal(await isBcryptPassword(LONG[0].slice(0, 72), LONG[1]), true);
});

test("a hash that is made here is of its password alone, and no other one like it", async () => {
  const [one, other] = [await bcryptHash("pw"), await bcryptHash("pw")];
  assert.notEqual(one, other);
  assert.match(one, /^\$2b\$10\$/);
  assert.deepEqual([await isBcryptPassword("pw", one), await isBcryptPassword("pw", other)], [true, true]);
  assert.equal(await isBcryptPassword("Pw", one), false);
});

test("what is no hash, or costs too much, is nobody's", async () => {
  const [, hash] = VECTORS[1]!;
  assert.ok(isBcryptHash(hash));
  for (const other of ["", "a", hash.slice(1), `${hash}x`, hash.replace("$06$", "$31$"), hash.replace("2a", "1")]) {
    assert.ok(!isBcryptHash(other), other);
    assert.equal(await isBcryptPassword("a", other), false, other);
  }
});
