import type { Trace, TraceEvent } from "./trace.ts";
import { entriesOf, TraceEntries } from "./trace_entries.ts";
import { joined, missingIn, numberOf, witnessed } from "./trace_knowledge.ts";
import type { CommandName, KnownEntries } from "./trace_message.ts";
import { counted, type Evidence, evidenceAt, type Verdict, verdictOn } from "./verdict.ts";

/** What a customer has been told so far. */
interface Session {
  /** Its own writes that it was told are done. */
  readonly written: KnownEntries;
  /** What its reads rested on. */
  readonly read: KnownEntries;
}

/** A command, and what its customer had been told when it asked. */
interface Asked extends Session {
  readonly command: CommandName;
}

/** A read that was answered: what it rested on, as far as its branch had that. */
interface Read {
  readonly event: TraceEvent;
  readonly asked: Asked;
  readonly known: KnownEntries;
}

/** A write that came to count at a branch, and what counted there before it. */
interface Applied {
  readonly event: TraceEvent;
  readonly asked: Asked;
  readonly known: KnownEntries;
}

/**
 * Judges the four guarantees for sessions of Terry et al. (1994) from what customers were told,
 * in their own order, and from the order in which branches applied entries.
 */
export function judgeSessions(trace: Trace): readonly Verdict[] {
  const asked = askedIn(trace.events);
  const { reads, writes } = followed(trace.events, asked);
  return [
    ofReads(reads, {
      law: "read your writes",
      demands: "a read shows what its customer had written before",
      needs: ({ written }) => written,
      says: "what its customer had written",
      kept: "showed what its customer had written",
    }),
    ofReads(reads, {
      law: "monotonic reads",
      demands: "a read shows all that an earlier read of its customer showed",
      needs: ({ read }) => read,
      says: "what its customer had read before",
      kept: "showed what its customer had read before",
    }),
    ofWrites(writes, {
      law: "monotonic writes",
      demands: "a write counts nowhere before an earlier write of its customer",
      needs: ({ written }) => written,
      says: "an earlier write of its customer",
      kept: "counted behind the earlier writes of its customer",
    }),
    ofWrites(writes, {
      law: "writes follow reads",
      demands: "a write counts nowhere before what its customer had read when it wrote",
      needs: ({ read }) => read,
      says: "what its customer had read",
      kept: "counted behind what its customer had read",
    }),
  ];
}

/** Follows each customer in its own order: what it had been told when it first sent a command. */
function askedIn(events: readonly TraceEvent[]): ReadonlyMap<CommandName, Asked> {
  const places = placesOfWrites(events);
  const sessions = new Map<string, Session>();
  const asked = new Map<CommandName, Asked>();
  for (const event of events) {
    if (!event.by.startsWith("customer")) continue;
    const session = sessions.get(event.by) ?? { written: {}, read: {} };
    if (event.event === "sent" && event.message === "command" && !asked.has(event.command)) {
      asked.set(event.command, { command: event.command, ...session });
    }
    if (event.event !== "received" || event.message !== "result") continue;
    if (event.result === "balance") {
      sessions.set(event.by, { ...session, read: joined(session.read, event.known ?? {}) });
    } else if (event.result === "written") {
      const written = joined(session.written, places.get(event.command) ?? {});
      sessions.set(event.by, { ...session, written });
    }
  }
  return asked;
}

function placesOfWrites(events: readonly TraceEvent[]): ReadonlyMap<CommandName, KnownEntries> {
  return new Map(
    new TraceEntries(events).all().flatMap(({ origin, sequence, entry }) => (
      entry.action === "grant" ? [] : [[entry.command, { [origin]: sequence }]]
    )),
  );
}

function followed(
  events: readonly TraceEvent[],
  asked: ReadonlyMap<CommandName, Asked>,
): { readonly reads: readonly Read[]; readonly writes: readonly Applied[] } {
  const reads: Read[] = [];
  const writes: Applied[] = [];
  const had = new Map<string, KnownEntries>();
  for (const { event, known } of witnessed(events)) {
    if (event.event === "sent" && event.message === "result" && event.result === "balance") {
      const read = asked.get(event.command);
      const rested = common(event.known ?? {}, known);
      if (read !== undefined) reads.push({ event, asked: read, known: rested });
    }
    for (const { origin, sequence, entry } of event.event === "found" ? [] : entriesOf(event)) {
      const write = entry.action === "grant" ? undefined : asked.get(entry.command);
      if (write === undefined) continue;
      const before = { ...had.get(event.by), [origin]: sequence - 1 };
      writes.push({ event, asked: write, known: before });
    }
    if (isOfKnowledge(event)) had.set(event.by, { ...known });
  }
  return { reads, writes };
}

function isOfKnowledge({ event }: TraceEvent): boolean {
  return ["started", "executed", "granted", "applied", "found"].includes(event);
}

/** Gives what an answer can rest on: what it says, as far as the branch has it. */
function common(says: KnownEntries, has: KnownEntries): KnownEntries {
  return Object.fromEntries(
    Object.entries(says).map(([origin, last]) => [origin, Math.min(last, has[origin] ?? 0)]),
  );
}

/** A guarantee: what must be known first, and how to call it. */
interface Guarantee extends Pick<Verdict, "law" | "demands"> {
  readonly needs: (asked: Asked) => KnownEntries;
  /** What is missing where it is broken. */
  readonly says: string;
  /** What each of them did where it is kept. */
  readonly kept: string;
}

function ofReads(reads: readonly Read[], guarantee: Guarantee): Verdict {
  const bound = reads.filter(({ asked }) => Object.keys(guarantee.needs(asked)).length > 0);
  return verdictOn({
    ...guarantee,
    breaches: bound.flatMap((read) => breachesOf(read, guarantee, "was answered without")),
    compared: bound.length === 0
      ? undefined
      : `${counted(bound.length, "read")} put to the test: each ${guarantee.kept}`,
    doubt: undefined,
  });
}

function ofWrites(writes: readonly Applied[], guarantee: Guarantee): Verdict {
  const bound = writes.filter(({ asked }) => Object.keys(guarantee.needs(asked)).length > 0);
  const commands = new Set(bound.map(({ asked }) => asked.command));
  return verdictOn({
    ...guarantee,
    breaches: bound.flatMap((write) => breachesOf(write, guarantee, "came to count without")),
    compared: bound.length === 0
      ? undefined
      : `${counted(commands.size, "write")} put to the test: each ${guarantee.kept}`,
    doubt: undefined,
  });
}

function breachesOf(
  { event, asked, known }: Read | Applied,
  { needs, says }: Guarantee,
  happened: string,
): readonly Evidence[] {
  const [missing] = missingIn(known, needs(asked));
  if (missing === undefined) return [];
  const entry = `entry ${missing.first} of branch ${missing.origin}`;
  const where = `branch ${numberOf(event.by)}`;
  return [evidenceAt(event, `${asked.command} ${happened} ${entry}, ${says}, at ${where}`)];
}
