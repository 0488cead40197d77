import type { Books } from "./books.ts";
import { sameContent, type Write } from "./command.ts";
import { type BranchId, type CommandId, issuedMs } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Memory } from "./outcomes.ts";
import type { Content } from "./remembered.ts";
import type { ExecuteInput, Rejection } from "./step.ts";
import { beyond, knownOf } from "./version_vector.ts";

/** What a request is held against. */
export interface Standing {
  readonly self: BranchId;
  readonly members: ReadonlySet<BranchId>;
  readonly books: Books;
  /** What the clock shows, in milliseconds since 1970; nothing before it was heard. */
  readonly nowMs: number | undefined;
  /** Whether the branch knows all that it ever wrote. */
  readonly isSure: boolean;
  /** Tells who may know more of that. */
  readonly unheard: () => readonly BranchId[];
}

/** What is in the way of a request, and whether it may pass by itself. */
export interface Obstacle {
  readonly rejection: Rejection;
  readonly isPassing: boolean;
}

/** What there is to know of a request before it is executed. */
export interface Scrutiny {
  /** What is in the way of it, if anything is. */
  readonly obstacle: Obstacle | undefined;
  /** Whether none of its writes has an outcome, and none is in it twice: no other look is needed. */
  readonly isNew: boolean;
}

/** Looks at a request. */
export function scrutinize(input: ExecuteInput, standing: Standing): Scrutiny {
  const { isSure, unheard, books: { ledger } } = standing;
  if (!isSure) {
    const stranger = strangerIn(input, standing);
    const obstacle: Obstacle = stranger === undefined
      ? { rejection: { kind: "recovering", unheard: unheard() }, isPassing: true }
      : { rejection: stranger, isPassing: false };
    return { obstacle, isNew: false };
  }
  const { rejection, isNew } = examine(input, standing);
  if (rejection !== undefined) {
    return { obstacle: { rejection, isPassing: rejection.kind === "recalling" }, isNew };
  }
  if (ledger.covers(input.session)) return { obstacle: undefined, isNew };
  const lacking = beyond(input.session, ledger.known);
  return { obstacle: { rejection: { kind: "behind", lacking }, isPassing: true }, isNew };
}

/**
 * Finds what makes a request one that can never be executed, or that the journal has to be asked
 * first, if nothing else does; and whether it is new.
 */
export function examine(
  { commands, session }: ExecuteInput,
  standing: Standing,
): { readonly rejection: Rejection | undefined; readonly isNew: boolean } {
  const { self, nowMs, books: { ledger, outcomes } } = standing;
  const stranger = strangerIn({ session }, standing);
  if (stranger !== undefined) return wrong(stranger);
  const sequence = knownOf(session, self);
  if (sequence > ledger.knownOf(self)) return wrong({ kind: "unissued", origin: self, sequence });
  const writes = commands.filter((command) => command.action !== "query");
  const mayRepeat = !isAscending(writes);
  const within = new Map<CommandId, Write>();
  let isNew = !mayRepeat;
  let unread: CommandId | undefined;
  for (const write of writes) {
    const { id } = write;
    const twin = mayRepeat ? within.get(id) : undefined;
    const isOther = twin !== undefined && !sameContent(write, twin);
    const ms = issuedMs(id);
    const memory = outcomes.memoryOf(write, ms);
    if (isOther || memory === "another") return wrong({ kind: "contradiction", id });
    const untimely = untimeliness(write, { memory, nowMs, ms });
    if (untimely !== undefined) return wrong(untimely);
    if (memory === "unread") unread ??= id;
    if (memory !== "none") isNew = false;
    if (mayRepeat) within.set(id, write);
  }
  return { rejection: unread === undefined ? undefined : { kind: "recalling", id: unread }, isNew };
}

function wrong(rejection: Rejection) {
  return { rejection, isNew: false };
}

function strangerIn(
  { session }: Pick<ExecuteInput, "session">,
  { members }: Standing,
): Rejection | undefined {
  for (const origin of session.keys()) {
    if (!members.has(origin)) return { kind: "stranger", origin };
  }
  return undefined;
}

/** Tells whether no id comes again, since each is longer or greater than the one before it. */
function isAscending(writes: readonly Write[]): boolean {
  return writes.every(({ id }, index) => {
    const before = writes[index - 1]?.id;
    return before === undefined || before.length < id.length ||
      (before.length === id.length && before < id);
  });
}

/** Finds whether a write or a claim may have been forgotten, or is yet to be made. */
export function untimeliness(
  { id }: Content,
  { memory, nowMs, ms = issuedMs(id) }: {
    readonly memory: Memory;
    readonly nowMs: number | undefined;
    /** When it was made. */
    readonly ms?: number;
  },
): Rejection | undefined {
  if (memory === "forgotten") return { kind: "expired", id };
  const isAhead = memory === "none" && nowMs !== undefined &&
    ms > nowMs + limits.commandAheadMsMax;
  return isAhead ? { kind: "ahead", id } : undefined;
}
