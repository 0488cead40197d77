import { assertEquals } from "@std/assert";
import type { RefusalRecord } from "../../lib/core/journal_record.ts";
import type { Journal } from "../../lib/host/ports.ts";
import { permitted } from "../permitted.ts";
import { branch, deposit, deposits, record, vector, withdrawal } from "../core/samples.ts";

/** A journal under test. */
export interface Opened {
  readonly journal: Journal;
  /** Opens what it has kept again, as a branch that starts again does. */
  readonly reopen?: () => Opened;
  /** Lets go of it. */
  readonly close?: () => void;
}

const [one, two] = [branch(1), branch(2)];
const first = record({ origin: one, first: 1, entries: [deposit("a", 5), withdrawal("b", 3)] });
const foreign = record({ origin: two, first: 1, after: vector({ 1: 2 }) });
const refusal: RefusalRecord = {
  kind: "refusal",
  write: withdrawal("c", 1_000_000_000_000),
  refusal: "insufficient funds",
};
const limit: RefusalRecord = { kind: "refusal", write: deposit("d", 0), refusal: "balance limit" };

/** What any journal has to do, whatever it writes on, with the permissions that it needs. */
export function journalContract(
  name: string,
  open: () => Opened,
  { permissions = [] }: { readonly permissions?: readonly Deno.PermissionDescriptor[] } = {},
): void {
  function check(criterion: string, body: (opened: Opened) => void): void {
    permitted(`${name} ${criterion}`, permissions, () => {
      const opened = open();
      try {
        body(opened);
      } finally {
        opened.close?.();
      }
    });
  }

  check("holds nothing before the first commit", ({ journal }) => {
    assertEquals([...journal.read()], []);
  });

  check("reads what was committed, in the order in which it was", ({ journal }) => {
    journal.commit([foreign, refusal, first]);
    journal.commit([limit]);
    assertEquals([...journal.read()], [foreign, refusal, first, limit]);
  });

  check("reads the same again and again", ({ journal }) => {
    journal.commit([first]);
    assertEquals([...journal.read()], [...journal.read()]);
    journal.commit([refusal]);
    assertEquals([...journal.read()], [first, refusal]);
  });

  check("commits nothing when it is given nothing", ({ journal }) => {
    journal.commit([]);
    assertEquals([...journal.read()], []);
  });

  check("does not hold on to the array that it was given", ({ journal }) => {
    const records = [first];
    journal.commit(records);
    records.length = 0;
    assertEquals([...journal.read()], [first]);
  });

  check("keeps values at their limits", ({ journal }) => {
    const largest = record({
      origin: branch(2 ** 32 - 1),
      first: Number.MAX_SAFE_INTEGER - 1_999,
      after: vector({ 0: Number.MAX_SAFE_INTEGER }),
      entries: deposits("~".repeat(120), 2_000),
    });
    journal.commit([largest]);
    assertEquals([...journal.read()], [largest]);
  });

  check("keeps what it has when it is opened again", (opened) => {
    if (opened.reopen === undefined) return;
    opened.journal.commit([first, refusal]);
    const again = opened.reopen();
    try {
      again.journal.commit([foreign]);
      assertEquals([...again.journal.read()], [first, refusal, foreign]);
    } finally {
      again.close?.();
    }
  });
}
