import type { Journal } from "./ports.ts";

/** By what clock it is measured, and who is told, both in milliseconds. */
export interface Stopwatch {
  nowMs(): number;
  took(ms: number): void;
}

/** Lets it be told how long each commit of a journal takes, once it is durable. */
export function timedJournal(journal: Journal, stopwatch: Stopwatch): Journal {
  return {
    read: () => journal.read(),
    after: (sequences, bytesMax) => journal.after(sequences, bytesMax),
    latest: (entriesMax) => journal.latest(entriesMax),
    recall: (recall) => journal.recall(recall),
    commit: (records) => {
      const startMs = stopwatch.nowMs();
      journal.commit(records);
      stopwatch.took(stopwatch.nowMs() - startMs);
    },
    close: () => journal.close(),
  };
}
