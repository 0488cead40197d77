import { assertEquals } from "@std/assert";
import { authorityAt, endMsOf, hasBegun, renewal } from "../../lib/format/certificate_state.ts";
import { madeMs } from "../core/samples.ts";
import { authority, found, founded, good, owner } from "./found_certificates.ts";

Deno.test("endMsOf() counts days from the last whole second", () => {
  assertEquals(endMsOf(2, madeMs + 999), madeMs + 2 * 86_400_000);
  assertEquals(endMsOf(0, madeMs + 1_000), madeMs + 1_000);
});

Deno.test("renewal() says how branches and customers get new certificates", () => {
  assertEquals(renewal(owner("branch-2")), "--renew");
  assertEquals(renewal(owner("customer-7")), "--renew --customer 7");
});

Deno.test("authorityAt() gives an authority by its folder, and none that is damaged", () => {
  const damaged = { kind: "damaged", why: "it is missing" } as const;
  const there = found({}, { next: damaged });
  assertEquals(authorityAt(there, "authority"), authority);
  assertEquals(authorityAt(there, "authority-next"), undefined);
});

Deno.test("hasBegun() once the next authority has signed what is in use", () => {
  assertEquals(hasBegun(founded()), false);
  assertEquals(hasBegun(found({ "branch-1": { kind: "broken", why: "" } })), false);
  const half = { "branch-1": good("branch-1"), "customer-7": good("customer-7", "authority-next") };
  assertEquals(hasBegun(found(half)), true);
});
