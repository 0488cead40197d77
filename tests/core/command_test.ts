import { assertEquals } from "@std/assert";
import { sameContent } from "../../lib/core/command.ts";
import { deposit, withdrawal } from "./samples.ts";

Deno.test("sameContent() compares action and amount, and leaves the id aside", () => {
  assertEquals(sameContent(deposit("a", 5), deposit("b", 5)), true);
  assertEquals(sameContent(deposit("a", 5), deposit("a", 6)), false);
  assertEquals(sameContent(deposit("a", 5), withdrawal("a", 5)), false);
});
