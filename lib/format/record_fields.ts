import type { Entry } from "../core/entry.ts";
import descriptor from "../gen/bank.json" with { type: "json" };

const messages = descriptor.nested.bank.nested.v1.nested;
const { CHANGE_DEPOSIT, CHANGE_WITHDRAWAL, CHANGE_GRANT } = messages.Change.values;

/** The numbers of the fields of an `EntriesRecord` and of what is in it, as the contract has them. */
export const recordFields = {
  origin: messages.EntriesRecord.fields.origin.id,
  first: messages.EntriesRecord.fields.first.id,
  after: messages.EntriesRecord.fields.after.id,
  entries: messages.EntriesRecord.fields.entries.id,
  id: messages.Entry.fields.commandId.id,
  change: messages.Entry.fields.change.id,
  amount: messages.Entry.fields.amount.id,
  to: messages.Entry.fields.to.id,
} as const;

/** The number of each change. */
export const changeCodes: Readonly<Record<Entry["action"], number>> = {
  deposit: CHANGE_DEPOSIT,
  withdraw: CHANGE_WITHDRAWAL,
  grant: CHANGE_GRANT,
};
