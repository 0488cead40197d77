import { assertEquals } from "@std/assert";
import { Books } from "../../lib/core/books.ts";
import type { Command } from "../../lib/core/command.ts";
import { Forecast } from "../../lib/core/forecast.ts";
import { contentsOf } from "../../lib/core/journal_record.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { branch, deposit, query, withdrawal } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];

/** Books of branch 1 of three, which open with 300. */
function books(): Books {
  const config = {
    self: one,
    members: [one, two, three],
    opening: money(300),
    outcomeMs: limits.outcomeMsMin,
  };
  return new Books(config, contentsOf(one, []));
}

/** What is needed of the 200 that others have, and whether something is beyond reach. */
function told(
  commands: readonly Command[],
  { book = books(), reach = 200n } = {},
): readonly [bigint, boolean] {
  const { need, isBeyondReach } = new Forecast(book, reach).add(commands);
  return [need, isBeyondReach];
}

Deno.test("Forecast needs nothing for what the own allowance covers, also by a deposit before", () => {
  assertEquals(told([]), [0n, false]);
  assertEquals(told([withdrawal("a", 60), query, withdrawal("b", 40)]), [0n, false]);
  assertEquals(told([deposit("a", 20), withdrawal("b", 120)]), [0n, false]);
});

Deno.test("Forecast needs the most that is lacking at any point, whatever is paid in later", () => {
  assertEquals(told([withdrawal("a", 130)]), [30n, false]);
  assertEquals(told([withdrawal("a", 130), deposit("b", 500)]), [30n, false]);
  assertEquals(told([withdrawal("a", 130), withdrawal("b", 70)]), [100n, false]);
});

Deno.test("Forecast takes a withdrawal for not done that asks for more than is within reach", () => {
  assertEquals(told([withdrawal("a", 301)]), [0n, true]);
  assertEquals(told([withdrawal("a", 200), withdrawal("b", 101), withdrawal("c", 100)]), [
    200n,
    true,
  ]);
  assertEquals(told([withdrawal("a", 151), withdrawal("b", 150)], { reach: 50n }), [50n, true]);
});

Deno.test("Forecast passes over what was executed, and over a command that it has seen", () => {
  const book = books();
  book.execute(withdrawal("a", 90), { isSure: true });
  assertEquals(told([withdrawal("a", 90)], { book }), [0n, false]);
  assertEquals(told([withdrawal("b", 50), withdrawal("b", 50)], { book }), [40n, false]);
});

Deno.test("Forecast gives no allowance for a deposit for which there is no room", () => {
  const book = books();
  const room = Number(book.ledger.depositRoom(one));
  book.ledger.post(one, deposit("a", room));
  book.ledger.post(one, withdrawal("b", room));
  assertEquals(told([deposit("c", 50), withdrawal("d", 120)], { book }), [20n, false]);
});
