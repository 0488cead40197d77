import type { Write } from "../../lib/core/command.ts";
import type { Entry } from "../../lib/core/entry.ts";
import type { BranchId } from "../../lib/core/ids.ts";
import type { VersionVector } from "../../lib/core/version_vector.ts";
import { judgeAllowances } from "./allowances.ts";
import type { Violation } from "./law.ts";
import { type Logs, logsOf, type Records } from "./logs.ts";

/** What customers know of a write: it was done, it was refused, or nobody was told. */
export type Told = "acknowledged" | "refused" | "unknown";

/** A write that a customer asked for. */
export interface Case {
  readonly write: Write;
  /** The branch that was asked, always the same. */
  readonly branch: BranchId;
  readonly told: Told;
}

/** A query that was answered, with what the branch knew when it did. */
export interface Sighting {
  readonly branch: BranchId;
  readonly balance: bigint;
  readonly known: VersionVector;
}

/** What each branch showed at some moment at which all of them had to agree. */
export interface Show {
  /** For a sentence: `after the healing`. */
  readonly when: string;
  readonly balances: ReadonlyMap<BranchId, bigint>;
}

/** All that can be held against a bank. */
export interface Evidence {
  readonly opening: bigint;
  readonly cases: Iterable<Case>;
  readonly sightings: Iterable<Sighting>;
  readonly shows: readonly Show[];
  /** The journals of all branches, read after the end. */
  readonly journals: ReadonlyMap<BranchId, Records>;
}

/** An entry as it stands in the longest log of its origin. */
interface Place {
  readonly entry: Entry;
  readonly origin: BranchId;
  readonly sequence: number;
}

/**
 * Compares what customers were told, what branches showed and what journals hold.
 *
 * It shares no code with the branches: it adds up by itself, and believes only the journals'
 * rows. It finds nothing where all laws hold.
 */
export function violations(evidence: Evidence): readonly Violation[] {
  const journals = new Map(
    [...evidence.journals].map(([branch, records]) => [branch, logsOf(records)]),
  );
  const logs = longestLogs(journals);
  const [records = new Map()] = evidence.journals.values();
  return [
    ...judgeCases(evidence.cases, placesIn(logs)),
    ...judgeJournals(journals, logs),
    ...judgeShows(evidence, journals),
    ...judgeSightings(evidence, logs),
    ...judgeDebts(evidence),
    // That all journals have the same records is judged by itself.
    ...judgeAllowances(evidence.opening, records),
  ];
}

/** Of each origin the longest log: that all journals have the same is judged by itself. */
function longestLogs(journals: ReadonlyMap<BranchId, Logs>): Logs {
  const longest = new Map<BranchId, readonly Entry[]>();
  for (const logs of journals.values()) {
    for (const [origin, log] of logs) {
      if (log.length > (longest.get(origin)?.length ?? -1)) longest.set(origin, log);
    }
  }
  return longest;
}

function placesIn(logs: Logs): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  for (const [origin, log] of logs) {
    for (const [index, entry] of log.entries()) {
      const place = { entry, origin, sequence: index + 1 };
      const earlier = places.get(entry.id);
      if (earlier === undefined) places.set(entry.id, [place]);
      else earlier.push(place);
    }
  }
  return places;
}

/** What was acknowledged counts once, what was refused never, all else at most once. */
function* judgeCases(
  cases: Iterable<Case>,
  places: ReadonlyMap<string, readonly Place[]>,
): Generator<Violation> {
  const strangers = new Set(places.keys());
  for (const { write, branch, told } of cases) {
    const found = places.get(write.id) ?? [];
    strangers.delete(write.id);
    const name = `${write.id} of branch ${branch}`;
    const where = found.map(nameOf).join(" and ");
    if (told === "acknowledged" && found.length === 0) {
      yield { law: "durability", message: `${name} was acknowledged, and is in no journal` };
    }
    if (told === "refused" && found.length > 0) {
      yield { law: "exactly once", message: `${name} was refused, and is ${where}` };
    }
    if (found.length > 1) {
      yield { law: "exactly once", message: `${name} counts ${found.length} times: ${where}` };
    }
    for (const place of found) {
      if (place.origin !== branch) {
        yield { law: "exactly once", message: `${name} is ${nameOf(place)}` };
      }
      if (place.entry.action !== write.action || place.entry.amount !== write.amount) {
        yield {
          law: "exactly once",
          message: `${name} is a ${write.action} of ${write.amount}, and ${nameOf(place)} ` +
            `a ${place.entry.action} of ${place.entry.amount}`,
        };
      }
    }
  }
  for (const id of strangers) {
    const found = places.get(id) ?? [];
    const where = found.map(nameOf).join(" and ");
    const isGrant = found.every(({ entry }) => entry.action === "grant");
    if (isGrant && found.length === 1) continue;
    if (isGrant) {
      yield { law: "exactly once", message: `claim ${id} was granted more than once: ${where}` };
    } else yield { law: "conservation", message: `nobody asked for ${id}, which is ${where}` };
  }
}

/** Every journal has the same log of every origin. */
function* judgeJournals(
  journals: ReadonlyMap<BranchId, Logs>,
  longest: Logs,
): Generator<Violation> {
  for (const [branch, logs] of journals) {
    for (const [origin, expected] of longest) {
      const log = logs.get(origin) ?? [];
      const at = expected.findIndex((entry, index) => !isSame(entry, log[index]));
      if (at === -1) continue;
      const instead = log[at] === undefined ? "nothing" : log[at].id;
      yield {
        law: "convergence",
        message: `the journal of branch ${branch} has ${log.length} of ${expected.length} ` +
          `entries of branch ${origin}; as entry ${at + 1}, ${instead} and not ${expected[at]?.id}`,
      };
    }
  }
}

/** Every branch showed what its journal adds up to, at every moment the same. */
function* judgeShows(
  { opening, shows }: Evidence,
  journals: ReadonlyMap<BranchId, Logs>,
): Generator<Violation> {
  for (const { when, balances } of shows) {
    if (new Set(balances.values()).size > 1) {
      const list = [...balances].map(([branch, balance]) => `branch ${branch} ${balance}`);
      yield { law: "convergence", message: `${when} branches differ: ${list.join(", ")}` };
    }
    for (const [branch, logs] of journals) {
      const expected = opening +
        [...logs.values()].flat().reduce((sum, entry) => sum + changeOf(entry), 0n);
      const balance = balances.get(branch);
      if (balance === expected) continue;
      yield {
        law: "conservation",
        message: `${when} branch ${branch} shows ${balance ?? "nothing"}, and its journal makes ` +
          `${expected}`,
      };
    }
  }
}

/** Every query was told what the entries make that the branch said it knew. */
function* judgeSightings(
  { opening, sightings }: Evidence,
  logs: Logs,
): Generator<Violation> {
  const sums = new Map([...logs].map(([origin, log]) => [origin, sumsOf(log)]));
  for (const { branch, balance, known } of sightings) {
    const lost = [...known].find(([origin, sequence]) =>
      sequence > (logs.get(origin)?.length ?? 0)
    );
    if (lost !== undefined) {
      const [origin, sequence] = lost;
      yield {
        law: "durability",
        message: `branch ${branch} has shown entry ${sequence} of branch ${origin}, which is ` +
          "in no journal",
      };
      continue;
    }
    let expected = opening;
    for (const [origin, sequence] of known) expected += sums.get(origin)?.[sequence - 1] ?? 0n;
    if (balance === expected) continue;
    const vector = [...known].map(([origin, sequence]) => `${origin}:${sequence}`).join(" ");
    yield {
      law: "conservation",
      message: `branch ${branch} told a query ${balance} at ${vector}, which makes ${expected}`,
    };
  }
}

/** No branch ever showed less than nothing. */
function* judgeDebts({ sightings, shows }: Evidence): Generator<Violation> {
  const law = "no overdraft";
  for (const { branch, balance } of sightings) {
    if (balance < 0n) yield { law, message: `branch ${branch} told a query ${balance}` };
  }
  for (const { when, balances } of shows) {
    for (const [branch, balance] of balances) {
      if (balance < 0n) yield { law, message: `${when} branch ${branch} shows ${balance}` };
    }
  }
}

function sumsOf(log: readonly Entry[]): readonly bigint[] {
  let sum = 0n;
  return log.map((entry) => sum += changeOf(entry));
}

function changeOf({ action, amount }: Entry): bigint {
  if (action === "grant") return 0n;
  return action === "deposit" ? amount : -amount;
}

function isSame(left: Entry, right: Entry | undefined): boolean {
  return left.id === right?.id && left.action === right.action && left.amount === right.amount &&
    granteeOf(left) === granteeOf(right);
}

function granteeOf(entry: Entry): BranchId | undefined {
  return entry.action === "grant" ? entry.to : undefined;
}

function nameOf({ origin, sequence }: Place): string {
  return `entry ${sequence} of branch ${origin}`;
}
