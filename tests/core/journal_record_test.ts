import { assertEquals } from "@std/assert";
import { lastOf } from "../../lib/core/journal_record.ts";
import { branch, deposits, record } from "./samples.ts";

Deno.test("lastOf() tells the sequence of the last entry", () => {
  assertEquals(lastOf(record({ origin: branch(1), first: 4 })), 4);
  assertEquals(lastOf(record({ origin: branch(1), first: 4, entries: deposits("a", 3) })), 6);
});
