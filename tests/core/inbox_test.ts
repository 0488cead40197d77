import { assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { Books } from "../../lib/core/books.ts";
import { contentsOf, type EntriesRecord } from "../../lib/core/journal_record.ts";
import { Inbox } from "../../lib/core/inbox.ts";
import { limits } from "../../lib/core/limits.ts";
import { money } from "../../lib/core/money.ts";
import { patience } from "../../lib/core/patience.ts";
import { branch, propagation, record, vector } from "./samples.ts";

const [one, two, three] = [branch(1), branch(2), branch(3)];
const members = [one, two, three];
const origins = new Set([two, three]);

function emptyBooks(): Books {
  const outcomeMs = limits.outcomeMsMin;
  return new Books({ self: one, members, opening: money(0), outcomeMs }, contentsOf(one, []));
}

/** Says what was taken over, and the tickets of the requests to be answered. */
function admitted(inbox: Inbox, books: Books, tick = 0) {
  const answered = inbox.admit(books, { origins, tick }).map(({ ticket }) => ticket);
  return { applied: books.turnPage(undefined), answered };
}

function propagate(ticket: number, from: number, records: readonly EntriesRecord[]) {
  return propagation(ticket, { from: branch(from), records });
}

Deno.test("inbox.admit() applies what has its turn, and answers its request at once", () => {
  const inbox = new Inbox();
  const next = record({ origin: two, first: 1 });
  inbox.hold(propagate(7, 2, [next]), 0);
  assertEquals(admitted(inbox, emptyBooks()), { applied: [next], answered: [7] });
  assertEquals(inbox.size, 0);
});

Deno.test("inbox.admit() answers a request that only asks, or brings what is known", () => {
  const inbox = new Inbox();
  const books = emptyBooks();
  books.take(record({ origin: two, first: 1 }));
  books.turnPage(undefined);
  inbox.hold(propagation(1, { from: two, asks: true, last: 9 }), 0);
  inbox.hold(propagate(2, 3, [record({ origin: two, first: 1 })]), 0);
  assertEquals(admitted(inbox, books), { applied: [], answered: [1, 2] });
});

Deno.test("inbox.admit() holds an early record, and applies it behind what it follows", () => {
  const inbox = new Inbox();
  const books = emptyBooks();
  const follower = record({ origin: two, first: 1, after: vector({ 3: 1 }) });
  const leader = record({ origin: three, first: 1 });
  inbox.hold(propagate(1, 2, [follower]), 0);
  assertEquals(admitted(inbox, books), { applied: [], answered: [] });
  assertEquals(inbox.size, 1);
  inbox.hold(propagate(2, 3, [leader]), 1);
  const all = { applied: [leader, follower], answered: [1, 2] };
  assertEquals(admitted(inbox, books, 1), all);
});

Deno.test("inbox.admit() answers a request with an early record after a while all the same", () => {
  const inbox = new Inbox();
  inbox.hold(propagate(1, 2, [record({ origin: two, first: 2 })]), 5);
  const at = (tick: number) => admitted(inbox, emptyBooks(), tick).answered;
  assertEquals(at(5 + patience.holdTicks - 1), []);
  assertEquals(at(5 + patience.holdTicks), [1]);
  assertEquals(inbox.size, 0);
});

Deno.test("inbox.admit() holds a request that only says how far a log goes, until all of it is here", () => {
  const inbox = new Inbox();
  const books = emptyBooks();
  inbox.hold(propagation(1, { from: two, last: 2 }), 0);
  assertEquals(admitted(inbox, books).answered, []);
  books.take(record({ origin: two, first: 1 }));
  assertEquals(admitted(inbox, books, 1).answered, []);
  books.take(record({ origin: two, first: 2 }));
  assertEquals(admitted(inbox, books, 2).answered, [1]);
  inbox.hold(propagation(2, { from: two, last: 3 }), 5);
  assertEquals(admitted(inbox, books, 5 + patience.holdTicks - 1).answered, []);
  assertEquals(admitted(inbox, books, 5 + patience.holdTicks).answered, [2]);
});

Deno.test("inbox.admit() applies a record once that two peers bring in one step", () => {
  const inbox = new Inbox();
  const books = emptyBooks();
  const bring = () => record({ origin: two, first: 1 });
  inbox.hold(propagate(1, 2, [bring()]), 0);
  inbox.hold(propagate(2, 3, [bring()]), 0);
  const { applied, answered } = admitted(inbox, books);
  assertEquals(applied.length, 1);
  assertEquals(answered, [1, 2]);
  assertEquals(books.ledger.balance, 1n);
});

Deno.test("inbox.admit() passes over records of the branch itself and of strangers", () => {
  const inbox = new Inbox();
  const records = [record({ origin: one, first: 1 }), record({ origin: branch(9), first: 1 })];
  inbox.hold(propagate(1, 2, records), 0);
  assertEquals(admitted(inbox, emptyBooks()), { applied: [], answered: [1] });
});

Deno.test("inbox.hold() keeps the newest request of a peer, and gives the older one to be answered", () => {
  const inbox = new Inbox();
  const early = record({ origin: two, first: 2 });
  const first = propagate(1, 2, [early]);
  assertEquals(inbox.hold(first, 0), undefined);
  assertEquals(inbox.hold(propagate(2, 3, [early]), 0), undefined);
  assertStrictEquals(inbox.hold(propagate(3, 2, [early]), 0), first);
  assertEquals(inbox.size, 2);
  const { answered } = admitted(inbox, emptyBooks(), patience.holdTicks);
  assertEquals(answered, [3, 2], "each other is answered when it has been held long enough");
});

Deno.test("inbox.admit() looks at each record a few times, in whatever order they came", () => {
  const inbox = new Inbox();
  const books = emptyBooks();
  const { ledger } = books;
  const admits = ledger.admits.bind(ledger);
  let looks = 0;
  ledger.admits = (record) => {
    looks += 1;
    return admits(record);
  };
  const records = Array.from(
    { length: 200 },
    (_, index) => record({ origin: two, first: 1 + index }),
  );
  inbox.hold(propagate(1, 2, records.toReversed()), 0);
  assertEquals(admitted(inbox, books).applied, records);
  assertLessOrEqual(looks, 3 * records.length);
});
