import { MemoryJournal } from "../../lib/adapter/memory_journal.ts";
import { branch } from "../core/samples.ts";
import { journalContract } from "../contract/journal_contract.ts";

journalContract("MemoryJournal", () => ({ journal: new MemoryJournal(branch(1)) }));
