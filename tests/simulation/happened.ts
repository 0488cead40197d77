import { fnv1a } from "./random.ts";

/** How often the worlds met what they are there to meet. */
export interface Reached {
  doubled: number;
  lost: number;
  "crashed before commit": number;
  "crashed between commit and send": number;
  "crashed between send and reply": number;
  "crashed between turns": number;
  restarted: number;
  healed: number;
  "crashed after a grant": number;
  refused: number;
  unavailable: number;
  "written after it was unavailable": number;
  "refused after it was unavailable": number;
  grants: number;
  "grants of less than was needed": number;
  "grants said again": number;
  "claims that got nothing": number;
  "claims for the end of a log": number;
  "last money": number;
  "answered from memory": number;
  contradicted: number;
  "given up": number;
  "answered behind": number;
  queried: number;
  "restored and compared": number;
  "fetched records": number;
  "recovered entries": number;
  "lost disks": number;
  "older disks": number;
  "restored from a checkpoint": number;
  "answered recovering": number;
  expired: number;
  recalled: number;
  "kept strays apart": number;
  "appended batches": number;
  "appends refused": number;
  "appended after the end": number;
  "not answered by the log": number;
  "readers stalled": number;
  "read again": number;
  "forgot its end": number;
  "forgot its beginning": number;
  "forgot its all": number;
  "lost disks of which the log had more": number;
}

/** Has met nothing yet. */
export function nothingReached(): Reached {
  return {
    doubled: 0,
    lost: 0,
    "crashed before commit": 0,
    "crashed between commit and send": 0,
    "crashed between send and reply": 0,
    "crashed between turns": 0,
    restarted: 0,
    healed: 0,
    "crashed after a grant": 0,
    refused: 0,
    unavailable: 0,
    "written after it was unavailable": 0,
    "refused after it was unavailable": 0,
    grants: 0,
    "grants of less than was needed": 0,
    "grants said again": 0,
    "claims that got nothing": 0,
    "claims for the end of a log": 0,
    "last money": 0,
    "answered from memory": 0,
    contradicted: 0,
    "given up": 0,
    "answered behind": 0,
    queried: 0,
    "restored and compared": 0,
    "fetched records": 0,
    "recovered entries": 0,
    "lost disks": 0,
    "older disks": 0,
    "restored from a checkpoint": 0,
    "answered recovering": 0,
    expired: 0,
    recalled: 0,
    "kept strays apart": 0,
    "appended batches": 0,
    "appends refused": 0,
    "appended after the end": 0,
    "not answered by the log": 0,
    "readers stalled": 0,
    "read again": 0,
    "forgot its end": 0,
    "forgot its beginning": 0,
    "forgot its all": 0,
    "lost disks of which the log had more": 0,
  };
}

/** Adds up what two runs have met. */
export function reachedBoth(left: Reached, right: Reached): Reached {
  const sum = { ...left };
  for (const name of Object.keys(sum) as (keyof Reached)[]) sum[name] += right[name];
  return sum;
}

/** What happened in a world, line by line, and a hash of all of it. */
export class Story {
  readonly reached = nothingReached();
  readonly #tell: (line: string) => void;
  #hash = fnv1a("");

  /** Hands each line on. */
  constructor(tell: (line: string) => void = () => {}) {
    this.#tell = tell;
  }

  /** Says what happened; equal worlds have equal hashes. */
  add(moment: number, what: string): void {
    const line = `${moment} ${what}`;
    this.#hash = fnv1a(line, this.#hash);
    this.#tell(line);
  }

  /** The hash of all that happened so far, in hexadecimal. */
  get hash(): string {
    return this.#hash.toString(16).padStart(8, "0");
  }
}
