import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { authorization, authorizationKey, bankKey, isSecret } from "../../lib/format/secret.ts";

Deno.test("isSecret() takes 32 to 512 visible ASCII characters", () => {
  for (const secret of ["x".repeat(32), "!~".repeat(256)]) assertEquals(isSecret(secret), true);
  const wrong = ["", "x".repeat(31), "x".repeat(513), `${"x".repeat(40)}\n`, "ä".repeat(40)];
  for (const secret of wrong) assertEquals(isSecret(secret), false, secret);
  assertEquals(isSecret(`${"x".repeat(20)} ${"x".repeat(20)}`), false);
});

Deno.test("authorization() is what a bearer of the secret says", () => {
  assertEquals(authorization("s3cret"), "Bearer s3cret");
});

Deno.test("authorizationKey and bankKey are names of metadata, each of one thing", () => {
  for (const key of [authorizationKey, bankKey]) assertMatch(key, /^[a-z][a-z-]*$/);
  // What ends so would be bytes.
  assertEquals(bankKey.endsWith("-bin"), false);
  assertNotEquals(authorizationKey, bankKey);
});
