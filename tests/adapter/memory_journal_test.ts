import { MemoryJournal } from "../../lib/adapter/memory_journal.ts";
import { journalContract } from "../contract/journal_contract.ts";

journalContract("MemoryJournal", () => ({ journal: new MemoryJournal() }));
